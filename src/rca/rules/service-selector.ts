import { isDeepStrictEqual } from "node:util";
import { isKind, type KubeObject, type Service } from "../../cluster/kubernetes-types.ts";
import { matchesLabels } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, type CandidateFacts, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { endpointsOf, serviceFinding } from "../gather/neighbours.ts";
import { podFinding } from "../gather/object-state.ts";
import { heirOf, ownLabels } from "./heir.ts";
import { called, citeChange, citeLogs, lastFields, readyPods } from "./patterns.ts";
import { complaintsAbout } from "./service-complaints.ts";

type Labels = Readonly<Record<string, string>>;

/** What parted a selector from its pods: it was changed, their labels were, or another workload with other labels took their place. */
type Parting =
  | { readonly by: "selector" | "labels"; readonly change: Change }
  | { readonly by: "heir"; readonly heir: ObjectRef; readonly change?: Change }
  | { readonly by: "unknown"; readonly change?: undefined };

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

/** Workloads that should be behind the service and have ready pods, none of which it selects. */
function passedOver(open: Case, service: Service, wanted: readonly ObjectRef[]): readonly ObjectRef[] {
  return wanted.filter((workload) => {
    const ready = readyPods(open, workload);
    return ready.length > 0 && !ready.some(({ pod }) => matchesLabels(service.spec.selector, pod.metadata.labels));
  });
}

function partingOf(
  open: Case,
  changed: Change | undefined,
  missed: readonly ObjectRef[],
  heirs: readonly ObjectRef[],
): Parting {
  if (changed) return { by: "selector", change: changed };
  const relabelled = missed.map((workload) => open.lastChange(workload, "labels")).find(Boolean);
  if (relabelled) return { by: "labels", change: relabelled };
  const heir = heirs.find((one) => missed.some((ref) => sameRef(ref, one)));
  if (!heir) return { by: "unknown" };
  const made = open.changesOf(heir).find(({ action }) => action === "created");
  return { by: "heir", heir, ...(made ? { change: made } : {}) };
}

function statementOf(
  parting: Parting,
  ref: ObjectRef,
  service: Service,
  behind: readonly ObjectRef[],
  nobody: boolean,
): string {
  const selected = Object.entries(service.spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  if (parting.by === "labels")
    return `the pods of ${called(parting.change.ref)} lost the labels that ${called(ref)} selects (${selected})`;
  const names = behind.map(({ name }) => name).join(", ");
  const whose =
    parting.by === "heir" ? `${parting.heir.name}, which took the place of ${names},` : names || "its workload";
  return nobody
    ? `${called(ref)} selects ${selected}, which matches no pod, although pods of ${whose} are ready`
    : `${called(ref)} selects ${selected}, which is not ${whose}`;
}

/** The selector that would lead where it should. */
function wantedSelector(
  open: Case,
  parting: Parting,
  service: Service,
  missed: ObjectRef | undefined,
): Labels | undefined {
  const before = parting.by === "selector" ? parting.change.before : undefined;
  const ofHeir = parting.by === "heir" ? ownLabels(open, parting.heir) : undefined;
  const earlier = isKind(before, "Service") ? before.spec.selector : undefined;
  return ofHeir ?? earlier ?? (missed && selectorFor(open, missed, service));
}

/** Without history: the same label keys with the values that the workload's pods carry. */
function selectorFor(open: Case, workload: ObjectRef, service: Service): Labels {
  const labels = templateOf(open.observation.objects.find(workload)?.object)?.metadata?.labels ?? {};
  const { selector = {} } = service.spec;
  return Object.fromEntries(Object.entries(selector).map(([key, value]) => [key, labels[key] ?? value]));
}

/** A selector that finds no pod although pods it should find are ready, or since a change others than before. */
export function wrongSelector(open: Case, ref: ObjectRef, service: Service): readonly Candidate[] {
  if (!service.spec.selector || service.spec.type === "ExternalName") return [];
  const behind = open.topology.workloadsBehind(ref);
  const heirs = behind.flatMap((workload) => heirOf(open, workload) ?? []);
  const changed = lastFields(open, ref, "selector")?.change;
  const { known, ready } = endpointsOf(open.observation, ref);
  // With a wrong selector the workload behind it is fine, and nothing of the service's reaches it.
  const missed = passedOver(open, service, uniqueRefs([...behind, ...heirs]));
  const nobody = known && ready === 0 && missed.length > 0;
  const others =
    changed !== undefined &&
    open.topology.selectedNow(ref).length > 0 &&
    ready > 0 &&
    !isAsBefore(open, ref, service) &&
    ledSomewhere(open, ref, changed.before);
  if (!nobody && !others) return [];
  const parting = partingOf(open, changed, missed, heirs);
  const [first] = missed;
  const pod = first && readyPods(open, first)[0];
  const wanted = wantedSelector(open, parting, service, first);
  const facts: CandidateFacts = wanted ? { selector: wanted } : {};
  return [
    candidate(
      {
        cause: "selector-mismatch",
        culprit: parting.by === "labels" ? parting.change.ref : ref,
        statement: statementOf(parting, ref, service, behind, nobody),
        evidence: [
          ...open.cite(serviceFinding(open.observation, ref, open.now)),
          ...citeChange(open, parting.change),
          ...open.cite(pod && podFinding(pod, open.now)),
          ...citeLogs(open, complaintsAbout(open, ref, behind), 2),
        ],
        specificity: parting.change && nobody ? 0.97 : 0.85,
        hits: parting.by === "heir" ? [...behind, parting.heir] : behind,
        facts,
        ...(parting.change ? { change: parting.change } : {}),
      },
      open,
    ),
  ];
}
