import { isDeepStrictEqual } from "node:util";
import { lastingContainers } from "../../cluster/kinds/pod.ts";
import { asKind, isKind, type KubeObject, type Service } from "../../cluster/kubernetes-types.ts";
import { matchesLabels } from "../../cluster/selector.ts";
import { podSpecOf, templateOf } from "../../cluster/workload.ts";
import { makeRef, type ObjectRef, refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { endpointsOf, serviceFinding } from "../gather/neighbours.ts";
import { podFinding } from "../gather/object-state.ts";
import { heirOf, ownLabels } from "./heir.ts";
import { called, citeChange, citeLogs, freshLogs, lastFields, readyPods } from "./patterns.ts";

/** Callers' lines that say nobody answers. */
function complaints(open: Case, behind: readonly ObjectRef[], service: ObjectRef) {
  const callers = [
    ...new Map(
      [...behind.flatMap((workload) => open.topology.dependentsOf(workload, 1)), ...open.symptomatic].map((ref) => [
        refKey(ref),
        ref,
      ]),
    ).values(),
  ];
  return callers
    .flatMap((caller) => freshLogs(open, caller, "refused", "timeout", "reset", "upstream", "name-not-found"))
    .filter((fact) => {
      const ip = asKind(open.observation.objects.find(service)?.object, "Service")?.spec.clusterIP;
      return fact.example.includes(service.name) || (ip !== undefined && fact.example.includes(ip));
    });
}

/** True when the selector of an earlier version finds pods today: without any, what came after it was its repair. */
function ledSomewhere(open: Case, ref: ObjectRef, before: KubeObject | undefined): boolean {
  if (!isKind(before, "Service")) return true;
  const { selector: wanted } = before.spec;
  return open.topology.workloads
    .filter(({ namespace }) => namespace === ref.namespace)
    .some((workload) => readyPods(open, workload).some(({ pod }) => matchesLabels(wanted, pod.metadata.labels)));
}

/** The selector is what it was before anybody touched it: what was done to it in between is over. */
function isAsBefore(open: Case, ref: ObjectRef, service: Service): boolean {
  const first = open.changesOf(ref, "selector")[0]?.before;
  if (!isKind(first, "Service")) return false;
  const pairs = (map: Service["spec"]["selector"]) => Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return isDeepStrictEqual(pairs(first.spec.selector), pairs(service.spec.selector));
}

function selector(open: Case, ref: ObjectRef, service: Service): readonly Candidate[] {
  if (!service.spec.selector || service.spec.type === "ExternalName") return [];
  const behind = open.topology.workloadsBehind(ref);
  const now = open.topology.selectedNow(ref);
  const changed = lastFields(open, ref, "selector");
  const { known, ready } = endpointsOf(open.observation, ref);
  const heirs = behind.flatMap((workload) => heirOf(open, workload) ?? []);
  const healthy = uniqueRefs([...behind, ...heirs]).filter((workload) => readyPods(open, workload).length > 0);
  // With a wrong selector the workload behind it is fine, and nothing of the service's reaches it.
  const unmatched = healthy.filter(
    (workload) =>
      !readyPods(open, workload).some((pod) => matchesLabels(service.spec.selector, pod.pod.metadata.labels)),
  );
  const nobody = known && ready === 0 && unmatched.length > 0;
  const others =
    changed !== undefined &&
    now.length > 0 &&
    ready > 0 &&
    !isAsBefore(open, ref, service) &&
    ledSomewhere(open, ref, changed.change.before);
  if (!nobody && !others) return [];
  const before = changed?.change.before;
  const relabelled = changed
    ? undefined
    : unmatched.map((workload) => open.lastChange(workload, "labels")).find(Boolean);
  const heir = changed || relabelled ? undefined : heirs.find((one) => unmatched.some((ref) => sameRef(ref, one)));
  const lines = complaints(open, behind, ref);
  const change =
    changed?.change ?? relabelled ?? (heir && open.changesOf(heir).find(({ action }) => action === "created"));
  const pod = unmatched[0] && readyPods(open, unmatched[0])[0];
  const written = Object.entries(service.spec.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  return [
    candidate(
      {
        cause: "selector-mismatch",
        culprit: relabelled ? relabelled.ref : ref,
        statement: relabelled
          ? `the pods of ${called(relabelled.ref)} lost the labels that ${called(ref)} selects (${written})`
          : `${called(ref)} selects ${written}, which ${nobody ? "matches no pod, although pods of" : "is not"} ${heir ? `${heir.name}, which took the place of ${behind.map(({ name }) => name).join(", ")},` : behind.map((workload) => workload.name).join(", ") || "its workload"}${nobody ? " are ready" : ""}`,
        evidence: [
          ...open.cite(serviceFinding(open.observation, ref, open.now)),
          ...citeChange(open, change),
          ...open.cite(pod && podFinding(pod, open.now)),
          ...citeLogs(open, lines, 2),
        ],
        specificity: change ? (nobody ? 0.97 : 0.85) : 0.85,
        hits: heir ? [...behind, heir] : behind,
        facts:
          heir && ownLabels(open, heir)
            ? { selector: ownLabels(open, heir) ?? {} }
            : isKind(before, "Service") && before.spec.selector
              ? { selector: before.spec.selector }
              : unmatched[0]
                ? { selector: selectorFor(open, unmatched[0], service) }
                : {},
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Without history: the same label keys with the values that the workload's pods carry. */
function selectorFor(open: Case, workload: ObjectRef, service: Service): Readonly<Record<string, string>> {
  const labels = templateOf(open.observation.objects.find(workload)?.object)?.metadata?.labels ?? {};
  return Object.fromEntries(
    Object.keys(service.spec.selector ?? {}).map((key) => [key, labels[key] ?? service.spec.selector?.[key] ?? ""]),
  );
}

const protocols = ["TCP", "UDP", "SCTP"] as const;
const protocolOf = ({ protocol = "TCP" }: { readonly protocol?: string }) =>
  protocols.find((known) => known === protocol);

function port(open: Case, ref: ObjectRef, service: Service): readonly Candidate[] {
  const behind = open.topology.selectedNow(ref);
  const changed = lastFields(open, ref, "service-port");
  const spec = behind.map((workload) => podSpecOf(open.observation.objects.find(workload)?.object)).find(Boolean);
  const declared = spec ? lastingContainers(spec).flatMap((container) => container.ports ?? []) : [];
  if (!spec || behind.every((workload) => readyPods(open, workload).length === 0)) return [];
  for (const item of service.spec.ports ?? []) {
    const target = item.targetPort ?? item.port;
    const protocol = protocolOf(item);
    const known = declared.some(
      (own) => own.containerPort === target || (own.name === target && protocolOf(own) === protocol),
    );
    const isOneOfSeveral = service.spec.ports?.some((other) => other !== item && other.port === item.port) === true;
    const fields =
      changed?.fields.filter(
        (field) => field.name === String(item.port) || field.name === item.name || field.path.includes("ports"),
      ) ?? [];
    const earlier = asKind(changed?.change.before, "Service")?.spec.ports?.find(
      (old) =>
        (old.port === item.port && protocolOf(old) === protocol) || (item.name !== undefined && old.name === item.name),
    );
    const numberOf = (value: number | string) => declared.find(({ name }) => name === value)?.containerPort ?? value;
    // The name of a port and its number are the same place.
    const moved = earlier !== undefined && numberOf(earlier.targetPort ?? earlier.port) !== numberOf(target);
    const renumbered = earlier !== undefined && earlier.port !== item.port;
    const led = earlier?.targetPort ?? earlier?.port;
    const mended = known && led !== undefined && !declared.some((own) => own.containerPort === led || own.name === led);
    const wrong = (declared.length > 0 && !known) || (moved && !mended) || renumbered;
    if (!wrong) continue;
    const lines = complaints(open, behind, ref);
    const servedBefore = earlier ? (earlier.targetPort ?? earlier.port) : declared[0]?.containerPort;
    const containerChange = behind.map((workload) => open.lastChange(workload, "container-port")).find(Boolean);
    const change = changed?.change ?? containerChange;
    if (!change && lines.length === 0) continue;
    return [
      candidate(
        {
          cause: "service-port-mismatch",
          culprit: !changed && containerChange ? containerChange.ref : ref,
          statement: renumbered
            ? `port ${earlier.port} of ${called(ref)} became ${item.port}, which its callers do not know`
            : `port ${item.port} of ${called(ref)} leads to ${target}, where nothing listens${servedBefore !== undefined ? ` (the pods listen on ${servedBefore})` : ""}`,
          evidence: [
            ...open.cite(serviceFinding(open.observation, ref, open.now)),
            ...citeChange(open, change),
            ...citeLogs(open, lines, 2),
          ],
          specificity: (moved || renumbered) && fields.length > 0 ? 0.97 : containerChange ? 0.9 : 0.82,
          hits: behind,
          facts: {
            servicePort: item.port,
            ...(isOneOfSeveral && protocol ? { protocol } : {}),
            ...(servedBefore === undefined ? {} : { targetPort: servedBefore }),
          },
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  }
  return [];
}

function servicesInScope(open: Case): readonly ObjectRef[] {
  const refs = [
    ...open.scope.flatMap((workload) => open.topology.servicesOf(workload)),
    ...open.incident.affected,
    open.incident.target,
  ].filter((ref) => ref.kind === "Service");
  // A service that was just changed may be what the symptomatic ones call, even where nothing else shows the call.
  for (const change of open.changes) {
    if (
      change.ref.kind === "Service" &&
      open.scope.some((workload) => workload.namespace === change.ref.namespace) &&
      !refs.some((ref) => sameRef(ref, change.ref))
    )
      refs.push(change.ref);
  }
  return uniqueRefs(refs.map((ref) => makeRef(ref.kind, ref.namespace, ref.name)));
}

/** Services that select no or the wrong pods, or lead to a port where nothing listens. */
export const service: Rule = (open) =>
  servicesInScope(open).flatMap((ref) => {
    const object = open.observation.objects.get("Service", ref.namespace, ref.name);
    return object ? [...selector(open, ref, object), ...port(open, ref, object)] : [];
  });
