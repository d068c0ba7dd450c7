import type { Observation } from "../../cluster/observation.ts";
import { derivedSeries } from "../../cluster/series-names.ts";
import { buildTopology, type Topology } from "../../cluster/topology.ts";
import { isWorkloadKind, templateOf } from "../../cluster/workload.ts";
import { makeRef, type ObjectRef, refText } from "../../incident/object-ref.ts";
import { isoTime } from "../../lib/clock.ts";
import { endpointsOf } from "../gather/neighbours.ts";
import { eventLine, eventsQuery, eventsText } from "./events-text.ts";
import { kubectlLogs } from "./kubectl-logs.ts";
import { grepTest, logLinesText } from "./log-lines-text.ts";
import { metricText } from "./metric-text.ts";
import { objectText } from "./object-text.ts";
import { plainSelector } from "./plain-selector.ts";
import { type Revisions, revisionsText } from "./revisions-text.ts";
import { answer, answerChars } from "./tool-answer.ts";
import { aboutOf, holdsSecrets, type InvestigationTools, type ToolContext } from "./tools.ts";

const inNamespace = (ref: ObjectRef) => (ref.namespace ? `-n ${ref.namespace} ` : "");

function revisionsOf(observation: Observation, ref: ObjectRef): readonly Revisions[] {
  const owned = observation.objects
    .list("ReplicaSet", ref.namespace)
    .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.kind === ref.kind && owner.name === ref.name));
  if (owned.length > 0)
    return owned.flatMap((set) => {
      const revision = Number(set.metadata.annotations?.["deployment.kubernetes.io/revision"]);
      const template = templateOf(set);
      return template && Number.isInteger(revision)
        ? [{ revision, at: Date.parse(set.metadata.creationTimestamp ?? "") || 0, template }]
        : [];
    });
  // Without ReplicaSets: what the object itself asked for over time.
  return observation.objects.versions(ref).flatMap((version, i) => {
    const template = templateOf(version.object);
    return template ? [{ revision: i + 1, at: version.at, template }] : [];
  });
}

/** Who is around a workload or a Service. */
function neighboursText(observation: Observation, topology: Topology, ref: ObjectRef): string | undefined {
  const names = (refs: readonly ObjectRef[]) => refs.slice(0, 20).map(refText).join(", ") || "nobody known";
  const service = (one: ObjectRef) => {
    const { known, ready, notReady, ports } = endpointsOf(observation, one);
    return `${refText(one)} (${known ? `${ready} ready, ${notReady} not ready endpoints, port ${ports.join("/") || "none"}` : "no endpoint slice"})`;
  };
  if (ref.kind === "Service") {
    if (!observation.objects.find(ref)) return undefined;
    return `${service(ref)}; selects ${names(topology.workloadsBehind(ref))}; called by ${names(topology.workloadsBehind(ref).flatMap((one) => topology.dependentsOf(one, 1)))}`;
  }
  const workload = ref.kind === "Pod" ? topology.workloadOfPod(ref.namespace ?? "", ref.name) : ref;
  if (!workload || !observation.objects.find(workload)) return undefined;
  const pods = topology.podsOf(workload);
  const nodes = [...new Set(pods.map((pod) => pod.spec.nodeName ?? "no node"))].join(", ");
  const uses = topology.usesOf(workload).map((use) => refText(use.ref));
  return [
    `${refText(workload)} calls ${names(topology.dependenciesOf(workload, 1))}`,
    `is called by ${names(topology.dependentsOf(workload, 1))}`,
    `Services ${topology.servicesOf(workload).map(service).join(", ") || "none"}`,
    `${pods.length} pods on ${nodes || "no node"}`,
    `uses ${[...new Set(uses)].slice(0, 20).join(", ") || "no other objects"}`,
  ].join("; ");
}

/** Answers from what was observed: recordings, tests, and a live cluster where nothing better is at hand. */
export function observationTools(observation: Observation): InvestigationTools {
  let built: { readonly at: number; readonly topology: Topology } | undefined;
  const topologyAt = ({ now, onset }: ToolContext) => {
    if (built?.at !== now)
      built = { at: now, topology: buildTopology(observation, { logLinesPerPod: 400, logsSince: onset - 60_000 }) };
    return built.topology;
  };
  const podsOf = (ref: ObjectRef, context: ToolContext) =>
    ref.kind === "Pod" ? [ref.name] : isWorkloadKind(ref.kind) ? topologyAt(context).podNamesOf(ref) : [];

  return {
    async get_object(args, { now }) {
      const about = aboutOf(args);
      const found = holdsSecrets(about.kind) ? undefined : observation.objects.find(about);
      const base = {
        source: about.kind === "Node" ? ("node" as const) : ("object" as const),
        about,
        query: `kubectl ${inNamespace(about)}get ${about.kind.toLowerCase()} ${about.name} -o yaml`,
        at: found?.deletedAt ?? now,
      };
      if (!found) return answer(base, undefined, `There is no ${refText(about)}.`);
      const text = objectText(found.object, args.field);
      const state = found.deletedAt === undefined ? "" : `was deleted at ${isoTime(found.deletedAt)}; before: `;
      return answer(
        base,
        text === undefined ? undefined : `${state}${args.field ? `${args.field}: ` : ""}${text}`,
        `${refText(about)} has no field ${args.field}.`,
      );
    },
    async list_events({ namespace, kind, name, minutes }, { now }) {
      const from = now - minutes * 60_000;
      const events = observation.events
        .between(from, now)
        .filter(
          ({ about }) =>
            (kind === null || about.kind === kind) &&
            (name === null || about.name === name) &&
            (namespace === null ? kind !== null || about.namespace === undefined : about.namespace === namespace),
        );
      const about =
        kind && name ? aboutOf({ kind, namespace, name }) : makeRef("Namespace", undefined, namespace ?? "*");
      const base = {
        source: "event" as const,
        about,
        query: eventsQuery(namespace, kind, name),
        at: now,
        from,
        to: now,
      };
      return answer(base, eventsText(events.map(eventLine)), `No event in the last ${minutes} minutes.`);
    },
    async read_logs(args, context) {
      const about = aboutOf(args);
      const { namespace } = args;
      const from = context.now - args.minutes * 60_000;
      const wanted = grepTest(args.grep);
      const lines = podsOf(about, context)
        .flatMap((pod) =>
          observation.logs.lines({
            namespace,
            pod,
            from,
            to: context.now,
            ...(args.container ? { container: args.container } : {}),
          }),
        )
        .filter(({ line }) => wanted(line))
        .sort((a, b) => a.at - b.at);
      // What was observed does not tell runs apart: the lines before the last restart are among them.
      const base = {
        source: "log" as const,
        about,
        query: kubectlLogs(about, args),
        at: lines.at(-1)?.at ?? context.now,
        from,
        to: context.now,
      };
      return answer(
        base,
        logLinesText(lines, answerChars - 100),
        `No line${args.grep ? ` with ${JSON.stringify(args.grep)}` : ""} in the last ${args.minutes} minutes.`,
      );
    },
    async query_metrics({ promql, minutes }, { now }) {
      const from = now - minutes * 60_000;
      const base = {
        source: "metric" as const,
        about: makeRef("Metric", undefined, promql.slice(0, 120)),
        query: promql,
        at: now,
        from,
        to: now,
      };
      const selector = plainSelector(promql);
      if (!selector) {
        return {
          ...base,
          status: "error",
          text: `There is no Prometheus here. Plain selectors work, without functions, on: ${Object.keys(derivedSeries).join(" ")}`,
        };
      }
      const names = selector.name === undefined ? observation.series.names() : [selector.name];
      const series = names.flatMap((name) =>
        observation.series
          .select(name)
          .filter((one) => selector.matches(one.labels))
          .map((one) => ({
            labels: { __name__: name, ...one.labels },
            points: observation.series.window(one, from, now),
          })),
      );
      const nothing = `No series matches${selector.name && !(selector.name in derivedSeries) ? `; names: ${Object.keys(derivedSeries).join(" ")}` : ""}.`;
      return answer(base, metricText(promql, series), nothing);
    },
    async rollout_history(args, { now }) {
      const about = aboutOf(args);
      const base = {
        source: "change" as const,
        about,
        query: `kubectl -n ${args.namespace} rollout history ${args.kind.toLowerCase()}/${args.name}`,
        at: now,
      };
      return answer(base, revisionsText(revisionsOf(observation, about)), `No revision of ${refText(about)} is known.`);
    },
    async neighbours(args, context) {
      const about = aboutOf(args);
      const base = {
        source: "topology" as const,
        about,
        query: `kubectl ${inNamespace(about)}get services,endpointslices,pods -o wide`,
        at: context.now,
      };
      const text = neighboursText(observation, topologyAt(context), about);
      return answer(base, text, `There is no ${refText(about)}.`);
    },
  };
}
