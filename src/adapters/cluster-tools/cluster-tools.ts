import { eventTimeOf } from "../../cluster/event-store.ts";
import type { KubeEvent, Pod } from "../../cluster/kubernetes-types.ts";
import { makeRef, refText } from "../../incident/object-ref.ts";
import { AppError } from "../../lib/app-error.ts";
import type { Finding } from "../../rca/gather/evidence-book.ts";
import { eventLine, eventsQuery, eventsText } from "../../rca/investigate/events-text.ts";
import { kubectlLogs } from "../../rca/investigate/kubectl-logs.ts";
import { grepTest, logLinesText, type ShownLine } from "../../rca/investigate/log-lines-text.ts";
import { metricText } from "../../rca/investigate/metric-text.ts";
import { objectText } from "../../rca/investigate/object-text.ts";
import { plainSelector } from "../../rca/investigate/plain-selector.ts";
import { revisionsText } from "../../rca/investigate/revisions-text.ts";
import { staysWithin } from "../../rca/investigate/stays-within.ts";
import { answer, answerChars } from "../../rca/investigate/tool-answer.ts";
import { aboutOf, holdsSecrets, type InvestigationTools } from "../../rca/investigate/tools.ts";
import type { KubernetesReader } from "../kubernetes-reader/create-kubernetes-reader.ts";
import type { PrometheusClient } from "../prometheus/prometheus-client.ts";
import { podsBehind } from "./pods-behind.ts";

export interface ClusterToolsDeps {
  /** Reads; has no way to write. */
  readonly reader: Pick<KubernetesReader, "get" | "list" | "listEvents" | "rolloutHistory" | "readLog">;
  readonly prometheus?: Pick<PrometheusClient, "queryRange"> | undefined;
  /** What was observed: answers where the cluster no longer knows, and where there is no Prometheus. */
  readonly observed: InvestigationTools;
  /** Nothing outside of these is looked up; empty means all. */
  readonly namespaces: readonly string[];
  /** What Prometheus calls the namespace on series of applications; those of the kubelet have `namespace`. */
  readonly namespaceLabel?: string;
}

const maxLogBytes = 256 * 1024;
const tailLines = 1_000;
const queryTimeoutMs = 5_000;
/** Points asked of Prometheus for each series. */
const points = 60;

const containersOf = (pod: Pod, wanted: string | null) =>
  [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
    .map((container) => container.name)
    .filter((name) => wanted === null || name === wanted);

function seen(event: KubeEvent, now: number) {
  const { kind = "Unknown", namespace, name = "unknown" } = event.involvedObject;
  return {
    at: eventTimeOf(event, now),
    warning: event.type === "Warning",
    reason: event.reason ?? "",
    about: makeRef(kind, namespace, name),
    count: event.series?.count ?? event.count ?? 1,
    message: (event.message ?? "").trim(),
  };
}

/** The tools of an investigation on a live cluster: with the reader's rights, and Prometheus where there is one. */
export function clusterTools(deps: ClusterToolsDeps): InvestigationTools {
  const { reader, prometheus, observed, namespaces } = deps;
  const namespaceLabels = [...new Set(["namespace", deps.namespaceLabel ?? "namespace"])];
  const checked = (namespace: string | null) => {
    if (namespace !== null && namespaces.length > 0 && !namespaces.includes(namespace))
      throw new AppError("namespace-not-watched", `Namespace ${namespace.slice(0, 63)} is not watched.`);
  };

  return {
    async get_object(args, context) {
      checked(args.namespace);
      const about = aboutOf(args);
      if (holdsSecrets(about.kind)) return await observed.get_object(args, context);
      const object = await reader.get(about);
      // The cluster has forgotten what was deleted; what was observed may not have.
      if (!object) return await observed.get_object(args, context);
      const inside = about.namespace ? `-n ${about.namespace} ` : "";
      const base = {
        source: about.kind === "Node" ? ("node" as const) : ("object" as const),
        about,
        query: `kubectl ${inside}get ${about.kind.toLowerCase()} ${about.name} -o yaml`,
        at: context.now,
      };
      const text = objectText(object, args.field);
      const part = args.field ? `${args.field}: ` : "";
      return answer(base, text && `${part}${text}`, `${refText(about)} has no field ${args.field}.`);
    },
    async list_events(args, context) {
      checked(args.namespace);
      const { namespace, kind, name, minutes } = args;
      if (namespace === null) return await observed.list_events(args, context);
      const from = context.now - minutes * 60_000;
      const events = (
        await reader.listEvents({ namespace, ...(kind && name ? { object: { kind, namespace, name } } : {}) })
      )
        .map((event) => seen(event, context.now))
        .filter(
          ({ at, about }) =>
            at >= from && (kind === null || about.kind === kind) && (name === null || about.name === name),
        )
        .sort((a, b) => a.at - b.at);
      const about = kind && name ? makeRef(kind, namespace, name) : makeRef("Namespace", undefined, namespace);
      const base = {
        source: "event" as const,
        about,
        query: eventsQuery(namespace, kind, name),
        at: context.now,
        from,
        to: context.now,
      };
      return answer(base, eventsText(events.map(eventLine)), `No event in the last ${minutes} minutes.`);
    },
    async read_logs(args, context) {
      checked(args.namespace);
      // What runs now was read already; the run before a restart, and pods that were never followed, are asked for.
      const known = args.previous ? undefined : await observed.read_logs(args, context);
      if (known?.status === "ok") return known;
      const about = aboutOf(args);
      const from = context.now - args.minutes * 60_000;
      const wanted = grepTest(args.grep);
      const lines: ShownLine[] = [];
      let refusal = "";
      for (const pod of await podsBehind(about, reader)) {
        for (const container of containersOf(pod, args.container)) {
          const { name } = pod.metadata;
          try {
            const read = await reader.readLog(
              { namespace: args.namespace, pod: name, container },
              { previous: args.previous, tailLines, limitBytes: maxLogBytes, signal: context.signal },
            );
            for (const { at, line } of read.lines) if (at >= from && wanted(line)) lines.push({ at, pod: name, line });
          } catch (error) {
            // Most often: no run before this one. One container without a log does not hide the others'.
            refusal = error instanceof Error ? error.message.slice(0, 200) : "";
          }
        }
      }
      lines.sort((a, b) => a.at - b.at);
      const base: Omit<Finding, "text" | "status"> = {
        source: "log",
        about,
        query: kubectlLogs(about, args),
        at: lines.at(-1)?.at ?? context.now,
        from,
        to: context.now,
      };
      return answer(
        base,
        logLinesText(lines, answerChars - 100),
        `No line in the last ${args.minutes} minutes.${refusal ? ` (${refusal})` : ""}`,
      );
    },
    async query_metrics(args, context) {
      if (!prometheus) return await observed.query_metrics(args, context);
      // Of a selector alone it shows in each series where that is; of what is computed it does not.
      const isWithin =
        namespaces.length === 0 ||
        plainSelector(args.promql) !== undefined ||
        staysWithin(args.promql, { labels: namespaceLabels, namespaces });
      if (!isWithin)
        throw new AppError(
          "namespace-not-watched",
          `Every selector of an expression must name its namespace, one of those that are watched, for example up{namespace="${namespaces[0]}"}.`,
        );
      const from = context.now - args.minutes * 60_000;
      const stepMs = Math.max(15_000, Math.ceil((args.minutes * 60_000) / points));
      const { result, warnings } = await prometheus.queryRange(args.promql, {
        from,
        to: context.now,
        stepMs,
        timeoutMs: queryTimeoutMs,
        signal: context.signal,
      });
      const mine = result.filter(
        ({ labels }) =>
          namespaces.length === 0 ||
          namespaceLabels.every((name) => labels[name] === undefined || namespaces.includes(labels[name])),
      );
      const text = metricText(args.promql, mine);
      return answer(
        {
          source: "metric",
          about: makeRef("Metric", undefined, args.promql.slice(0, 120)),
          query: args.promql,
          at: context.now,
          from,
          to: context.now,
        },
        text && `${text}${warnings.length > 0 ? `; Prometheus warns: ${warnings.join(", ").slice(0, 200)}` : ""}`,
        "No series matches, or none has a value in this time.",
      );
    },
    async rollout_history(args, context) {
      checked(args.namespace);
      const about = aboutOf(args);
      const revisions = await reader.rolloutHistory(about);
      const text = revisionsText(
        revisions.map(({ revision, createdAt, template }) => ({ revision, at: Date.parse(createdAt) || 0, template })),
      );
      if (text === undefined) return await observed.rollout_history(args, context);
      return answer(
        {
          source: "change",
          about,
          query: `kubectl -n ${args.namespace} rollout history ${args.kind.toLowerCase()}/${args.name}`,
          at: context.now,
        },
        text,
        "",
      );
    },
    async neighbours(args, context) {
      checked(args.namespace);
      return await observed.neighbours(args, context);
    },
  };
}
