import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

const places = "test/unit/cluster/topology-places.test.ts";
const normal = "test/unit/detection/state/what-is-normal.test.ts";
const references = "test/unit/detection/state/reference-states.test.ts";
const hygiene = "test/unit/detection/hygiene.test.ts";
const traps = "test/unit/actions/kubernetes-traps.test.ts";
const rollout = "test/unit/actions/rollout-progress.test.ts";
const words = "test/unit/rca/words-of-the-platform.test.ts";
const watch = "test/unit/adapters/kubernetes-reader/watch-kind.test.ts";
const pods = "test/unit/adapters/cluster-tools/pod-selector.test.ts";
const api = "test/unit/replay/api/unlike-a-store.test.ts";

/** What the documentation and the source of Kubernetes say that clients get wrong, and the test in which kubemend meets it. */
const facts: readonly (readonly [about: string, file: string, test: string])[] = [
  ["a 429 says when to come back", watch, "a server without room is asked again when it said"],
  ["a 429 leaves the resourceVersion good", watch, "it has not lost the version"],
  [
    "credentials of a plugin without expiry hold until a 401",
    "test/unit/adapters/exec-credentials.test.ts",
    "The API server does not accept it any more",
  ],
  ["a selector may be expressions alone", pods, "labels and expressions"],
  ["Jobs select by their uid", pods, "the uid by which a Job selects"],
  ["CronJobs have no selector", pods, "the last runs of a CronJob"],
  [
    "a quantity may end in its point, and has no suffix behind an exponent",
    "test/unit/cluster/quantity.test.ts",
    '"1e3Ki"',
  ],
  ["pods of a StatefulSet have names below a Service's", places, "a pod of a StatefulSet by its own name"],
  ["a Service may be a name for another", places, "a name for a Service of another namespace"],
  ["Services and pods may have an address of each family", places, "a Service by its second address"],
  ["an ended pod keeps its address in its status", places, "an address that an ended pod had before"],
  ["pods in the network of their node have its address", places, "an address that a pod shares with its node"],
  ["claims of StatefulSets are in no pod template", places, "the claims of a StatefulSet"],
  ["ephemeral volumes have claims named after pod and volume", places, "the claims of ephemeral volumes"],
  [
    "pull secrets of an account are put into pods alone",
    places,
    "the pull secrets of its account, unless it names others",
  ],
  [
    "accounts have rights by groups, as users and in other namespaces",
    places,
    "roles by groups that all accounts are in",
  ],
  ["pods count as available only after minReadySeconds", normal, "pods that are ready and count after minReadySeconds"],
  [
    "sidecars start before the others, one after the other",
    normal,
    "a sidecar whose start-up probe may take five minutes",
  ],
  [
    "a workload that is deleted in the foreground stays",
    normal,
    "one that is deleted in the foreground and waits for its pods",
  ],
  ["a namespace on its way out takes nothing new", normal, "the last tries of its controllers"],
  ["conditions of a namespace say what keeps it", normal, "what keeps it is told in the words of its conditions"],
  ["a Service may publish pods that are not ready", normal, "one that publishes pods that are not ready has endpoints"],
  ["a target port may be a sidecar's", normal, "the name of a sidecar's port"],
  ["a target port is looked up among those of its protocol", normal, "a name that a port of another protocol bears"],
  ["sidecars ask for room beside the others", normal, "a sidecar asks for the rest of the node, beside the others"],
  ["init containers ask for room before the others", normal, "an init container asks for as much, before the others"],
  ["a runtime class takes room of its own", normal, "its runtime takes the rest"],
  ["a pod may ask for room as a whole", normal, "the pod as a whole asks for less than its containers"],
  ["annotations of before still name the class of a claim", normal, "a class by the older annotation that nobody made"],
  ["a node that joins has no route yet", normal, "a node that has just joined and has no route yet"],
  ["an autoscaler's write may meet another", normal, "an autoscaler whose write met another"],
  ["one metric may count for two containers", normal, "an autoscaler at its maximum for one of two containers"],
  ["a webhook without rules is never asked", normal, "a webhook that is asked about nothing"],
  [
    "a Job may succeed before all its pods have ended",
    normal,
    "a job that has succeeded by its policy and stops the rest",
  ],
  ["a node that restarts loses init containers", normal, "went down with their node"],
  ["signatures of images may be asked for", normal, "an image whose signature is not accepted"],
  ["steps restrict the days of a schedule", references, "days in steps are a restriction like any other"],
  ["policies see the port of the pod that answers names", references, "with the names at the port of OpenShift's pods"],
  ["autoscalers count the requests of sidecars", hygiene, "an autoscaler by requests that a sidecar does not set"],
  ["a budget in percent needs a controller that scales", hygiene, "a budget in percent of pods that nothing scales"],
  [
    "a partition leaves pods at the revision before",
    rollout,
    "a stateful set whose partition leaves two of its pods at the revision before",
  ],
  [
    "OnDelete replaces nothing by itself",
    rollout,
    "a stateful set that replaces pods when they are deleted, and has some of before",
  ],
  [
    "a StatefulSet or a pod controls claims and never puts them back",
    "test/unit/actions/conflicts.test.ts",
    "that a claim goes with",
  ],
  [
    "an init container among the containers of a patch is another container",
    traps,
    "are not named among the containers of a command",
  ],
  ["a drain loses what is in emptyDir volumes", traps, "a drain says which pods lose what they keep on the node"],
  ["pods of an indexed Job add a number to its name", traps, "has room in its name for the number of its last pod"],
  ["a Service may have a number twice", traps, "of two ports of one number, that of the named protocol is changed"],
  ["constraints of a topology merge by their key", traps, "a file to commit takes out a constraint by its merge key"],
  ["probes have headers and a grace period of their own", traps, "a probe with %s can be put back to what it was"],
  ["admission policies deny pods in words of their own", words, "an admission policy, since the workload was changed"],
  ["Pod Security denies pods by the labels of their namespace", words, "the security level of a namespace"],
  ["a refusal names the account", words, "whose account is refused is read from the API server's words"],
  ["the crash of a sidecar keeps no pod from starting", words, "unless it is a sidecar, beside which the others run"],
  ["the scheduler's plug-ins have words of their own", words, "3 node(s) exceed max volume count"],
  ["a pod that is not ready may go where enough others are", api, "while enough others are healthy"],
  ["claims grow and do not shrink", api, "and not shrink"],
  ["parts of an indexed Job move with its parallelism", api, "which an indexed Job may change with its parallelism"],
  ["a suspended Job that never ran may be placed", api, "which is open while it is suspended and has not started"],
  ["a Service has a number once for each protocol", api, "a Service has a number once for each protocol"],
];

describe("further facts about Kubernetes", () => {
  test.each(facts)("%s", async (_about, file, name) => {
    const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
    expect(text).toContain(name);
  });
});
