import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

interface Shown {
  readonly about: string;
  /** Where, and by which test, it is shown that we cope. */
  readonly file: string;
  readonly test: string;
}
interface NotOurs {
  readonly about: string;
  readonly notOurs: string;
}

const actor = "test/unit/adapters/kubernetes-actor/kubernetes-actor.test.ts";
const sent = "test/unit/adapters/kubernetes-actor/what-is-sent.test.ts";
const heal = "test/unit/actions/soft-heal.test.ts";
const K4 = "test/support/reversible-cases.ts";
const K5 = "test/promises/K5-no-fights.test.ts";
const watch = "test/unit/adapters/kubernetes-reader/watch-kind.test.ts";
const transport = "test/unit/adapters/kubernetes-reader/transport.test.ts";
const followed = "test/unit/adapters/kubernetes-reader/follow-log.test.ts";
const logs = "test/unit/detection/collect/logs.test.ts";
const events = "test/unit/cluster/event-store.test.ts";
const pods = "test/unit/detection/state/pod-states.test.ts";
const rollout = "test/unit/actions/rollout-progress.test.ts";
const refusals = "test/unit/actions/plan-refusals.test.ts";
const execute = "test/unit/actions/execute.test.ts";
const plans = "test/unit/actions/plan.test.ts";
const workloads = "test/unit/detection/state/workload-states.test.ts";
const commit = "test/unit/actions/commit-file.test.ts";

/**
 * What a real Kubernetes 1.36 API server was seen to do that surprises, and the test in which the part of kubemend that it
 * touches meets it. The API of the replay is compared with the recorded answers themselves, in test/unit/replay/api.
 */
const facts: readonly (Shown | NotOurs)[] = [
  {
    about: "a DELETE with a body ignores dryRun in its query",
    file: "test/promises/K3-preview-changes-nothing.test.ts",
    test: "a dry run of a deletion deletes nothing",
  },
  {
    about: "names in a query are case-sensitive: ?dryrun=All is a real write",
    file: sent,
    test: "a dry run says so in exactly the word and the place",
  },
  {
    about: "a dry run answers with the old resourceVersion",
    file: plans,
    test: "an object that moves while it is previewed is read again",
  },
  {
    about: "a dry run of an eviction is a POST, there the query counts",
    file: sent,
    test: "a dry run says so in exactly the word and the place",
  },
  {
    about: "a dry run passes a Deployment whose pods would be refused",
    file: workloads,
    test: "a quota that stops pods is told from the events of the ReplicaSet alone",
  },
  {
    about: "a failing test of a JSON patch is 422 without a reason",
    file: actor,
    test: "422 of a patch test, which has no details",
  },
  {
    about: "a stale resourceVersion inside a patch is 409",
    file: actor,
    test: "a stale version inside a patch of any type is a conflict",
  },
  {
    about: "unknown fields are dropped with a warning",
    file: actor,
    test: "a field the API does not know is refused instead of dropped",
  },
  { about: "5xx may be the client's fault, and is no proof of anything", file: actor, test: "500: nobody knows" },
  { about: "wrong types of content are 415", file: sent, test: "each type of patch has its own media type" },
  { about: "a 422 may repeat the data of a Secret", file: actor, test: "the server's message is never passed on" },
  { about: "a 404 need not be JSON", file: actor, test: "404 that is no JSON" },
  { about: "403 comes before existence", file: sent, test: "forbidden is no proof that the object is there" },
  { about: "401 for a dead token", file: watch, test: "ten times over, of watches and of lists" },
  {
    about: "a denial by an admission policy is 422",
    file: refusals,
    test: "what the API's validation does not accept",
  },
  {
    about: "an eviction that a budget forbids is 429",
    file: execute,
    test: "an eviction that a budget holds up is tried again until there is room",
  },
  {
    about: "the log of a pod that is not scheduled is 204",
    file: transport,
    test: "nothing to stream is an empty stream",
  },
  {
    about: "a DELETE answers in three shapes",
    file: sent,
    test: "a deletion is done in each of the shapes of its answer",
  },
  { about: "a strategic merge puts new items to the front", file: K4, test: "a new variable goes last" },
  { about: "an unknown container name adds a container", file: refusals, test: "a container that is not there" },
  {
    about: "ports merge by their number, selectors keep their old keys",
    file: K4,
    test: "a selector loses its old keys",
  },
  {
    about: "a value beside a reference, two handlers of a probe: 422",
    file: K4,
    test: "a value in place of a reference",
  },
  {
    about: "a merge patch replaces lists",
    file: sent,
    test: "the command beside a free-form patch merges lists by their keys",
  },
  {
    about: "null restores the default: replicas null is 1",
    file: rollout,
    test: "without replicas in the specification one pod is wanted",
  },
  {
    about: "replace of a missing key works like add",
    file: "test/unit/actions/json-patch.test.ts",
    test: "a key that somebody else has added meanwhile is not overwritten",
  },
  {
    about: "a patch of another name or kind",
    file: "test/unit/incident/fix/free-patch.test.ts",
    test: "another object by its name",
  },
  { about: "a patch that changes nothing is 200", file: refusals, test: "limits that are already so" },
  {
    about: "annotations raise the generation as well",
    file: rollout,
    test: "right after a change the status is of before: not complete",
  },
  {
    about: "requests are defaulted in pods, not in templates",
    notOurs: "requests and limits are read where they are written, and measured in pods",
  },
  { about: "apply: managers, conflicts, ownership", file: commit, test: "keeps the field by server-side apply" },
  { about: "a PUT without resourceVersion overwrites blindly", notOurs: "kubemend sends no PUT" },
  {
    about: "MicroTime wants six digits",
    notOurs: "kubemend writes neither Leases nor Events; leadership is PostgreSQL's",
  },
  {
    about: "items of a list carry no kind",
    file: actor,
    test: "are read page by page, and their items are given the kind they lack",
  },
  {
    about: "resourceVersion of lists and of the future",
    file: watch,
    test: "a resumed watch goes on from the last version, without listing again",
  },
  { about: "an expired continue token is 410", file: watch, test: 'name: "410"' },
  {
    about: "a watch from a compacted version is 200 with an ERROR event",
    file: watch,
    test: "an ERROR event of an expired version",
  },
  {
    about: "leaving the selection arrives as DELETED",
    file: watch,
    test: "tells what is there, what comes, what changes and what goes",
  },
  { about: "bookmarks", file: watch, test: "a resumed watch goes on from the last version, without listing again" },
  {
    about: "a watch that times out ends as a complete answer",
    file: watch,
    test: "a server that ends every watch at once is not asked in a loop",
  },
  { about: "an empty namespace lists all of them", file: actor, test: "an empty namespace does not mean all of them" },
  { about: "field selectors are few", notOurs: "only events are selected by field, with the fields they know" },
  {
    about: "empty collections may be null, zero counters are left out",
    file: rollout,
    test: "zero counters are left out of a status",
  },
  { about: "large bodies are compressed", notOurs: "the HTTP client unpacks them" },
  {
    about: "right after a restart the status still looks finished",
    file: rollout,
    test: "right after a change the status is of before: not complete",
  },
  {
    about: "undo is a patch from the history, and makes a new revision",
    file: K4,
    test: "rollback of a stateful set by its controller revisions",
  },
  { about: "a paused Deployment accepts changes that reach no pod", file: K5, test: "a paused rollout" },
  { about: "past its deadline it is still Available", file: rollout, test: "past its deadline though old pods serve" },
  { about: "crash loops hide between states", file: pods, test: "pod-crash-error-terminated" },
  { about: "OOMKilled has no event", file: pods, test: "an OOM kill that was survived long before the watch began" },
  { about: "a bad command is RunContainerError", file: pods, test: "pod-runcontainererror-bad-command" },
  { about: "a pod that a finalizer holds", file: pods, test: "a pod that a finalizer holds" },
  {
    about: "new fields in pods",
    file: "test/unit/detection/engine/missing-parts.test.ts",
    test: "there are objects of every kind that is watched",
  },
  {
    about: "in-place resize",
    notOurs: "resources are changed in the template, whose rollout can be watched and taken back",
  },
  {
    about: "a Job deleted without a policy orphans its pods; a re-run needs labels removed",
    file: sent,
    test: "so that the pods of a job are not orphaned",
  },
  { about: "a manual run does not set lastScheduleTime", notOurs: "runs are judged by their Jobs" },
  {
    about: "a terminating pod stays in its EndpointSlice",
    notOurs: "pods are judged by themselves and by the Service's selector",
  },
  {
    about: "an object that is being deleted accepts patches",
    file: sent,
    test: "an object that is being deleted accepts patches; no plan is made",
  },
  {
    about: "the log of a run that the runtime has removed",
    file: logs,
    test: "a log that the runtime has thrown away does not keep the next run from being followed",
  },
  {
    about: "following ends with the container; limits cut inside lines",
    file: followed,
    test: "gives each line once, also when the connection breaks again and again",
  },
  { about: "events are sorted by name, and dated in three ways", file: events, test: "the scheduler's only time" },
  { about: "the same event has other names in the new API", notOurs: "events are read through core/v1 alone" },
  { about: "event texts may end in blanks", file: events, test: "blanks at the end of their text are gone" },
  {
    about: "events about nodes live in namespace default",
    notOurs: "events are watched in all namespaces, or in those that are named",
  },
  {
    about: "ports of pods by name crash the proxy",
    file: heal,
    test: "a port by name, which the API server's proxy does not resolve",
  },
  {
    about: "the pod's own rows have no container",
    file: "test/unit/detection/derive/derive.test.ts",
    test: "the pod's cgroup and its sandbox, both without a container name, are not containers",
  },
];

describe("65 facts about the Kubernetes API", () => {
  test("each has its place", () => {
    expect(facts).toHaveLength(65);
  });

  test.each(
    facts.flatMap((fact, i) => ("file" in fact ? [{ number: i + 1, ...fact }] : [])),
  )("fact $number: $about", async ({ file, test: name }) => {
    const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
    expect(text).toContain(name);
  });
});
