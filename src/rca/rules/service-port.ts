import { lastingContainers } from "../../cluster/kinds/pod.ts";
import { asKind, type Service } from "../../cluster/kubernetes-types.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { serviceFinding } from "../gather/neighbours.ts";
import { type ChangedFields, called, citeChange, citeLogs, lastFields, readyPods } from "./patterns.ts";
import { complaintsAbout } from "./service-complaints.ts";

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];
type ContainerPort = NonNullable<ReturnType<typeof lastingContainers>[number]["ports"]>[number];

const protocols = ["TCP", "UDP", "SCTP"] as const;
const protocolOf = ({ protocol = "TCP" }: { readonly protocol?: string }) =>
  protocols.find((known) => known === protocol);

/** `targetPort` is the port itself when it is left out (Kubernetes API reference, ServicePort). */
const targetOf = ({ port, targetPort }: ServicePort) => targetPort ?? port;

const isListenedOn = (declared: readonly ContainerPort[], target: number | string) =>
  declared.some(({ containerPort, name }) => containerPort === target || name === target);

/** How a port of a Service leads astray; undefined where nothing speaks against it. */
interface Astray {
  /** The same port before the last change of the Service's ports. */
  readonly earlier?: ServicePort;
  /** Its callers know it by another number. */
  readonly isRenumbered: boolean;
  /** It led elsewhere before, and that place is still there or was never declared. */
  readonly isMoved: boolean;
}

function astray(
  item: ServicePort,
  declared: readonly ContainerPort[],
  before: readonly ServicePort[] | undefined,
): Astray | undefined {
  const target = targetOf(item);
  const protocol = protocolOf(item);
  const isDeclared = declared.some(
    (own) => own.containerPort === target || (own.name === target && protocolOf(own) === protocol),
  );
  const isUndeclared = declared.length > 0 && !isDeclared;
  const earlier = before?.find(
    (old) =>
      (old.port === item.port && protocolOf(old) === protocol) || (item.name !== undefined && old.name === item.name),
  );
  if (!earlier) return isUndeclared ? { isRenumbered: false, isMoved: false } : undefined;
  const led = targetOf(earlier);
  // The name of a port and its number are the same place.
  const numberOf = (value: number | string) => declared.find(({ name }) => name === value)?.containerPort ?? value;
  const isMended = isDeclared && !isListenedOn(declared, led);
  const isMoved = numberOf(led) !== numberOf(target) && !isMended;
  const isRenumbered = earlier.port !== item.port;
  return isUndeclared || isMoved || isRenumbered ? { earlier, isRenumbered, isMoved } : undefined;
}

function touches({ fields }: ChangedFields, item: ServicePort): boolean {
  return fields.some(({ name, path }) => name === String(item.port) || name === item.name || path.includes("ports"));
}

/** A port that leads where none of the ready pods listens, or that was given another number. */
export function wrongPort(open: Case, ref: ObjectRef, service: Service): readonly Candidate[] {
  const behind = open.topology.selectedNow(ref);
  const spec = behind.map((workload) => podSpecOf(open.observation.objects.find(workload)?.object)).find(Boolean);
  if (!spec || behind.every((workload) => readyPods(open, workload).length === 0)) return [];
  const declared = lastingContainers(spec).flatMap((container) => container.ports ?? []);
  const changed = lastFields(open, ref, "service-port");
  const before = asKind(changed?.change.before, "Service")?.spec.ports;
  const containerChange = behind.map((workload) => open.lastChange(workload, "container-port")).find(Boolean);
  const change = changed?.change ?? containerChange;
  const ports = service.spec.ports ?? [];
  for (const item of ports) {
    const found = astray(item, declared, before);
    if (!found) continue;
    const lines = complaintsAbout(open, ref, behind);
    if (!change && lines.length === 0) return [];
    const { earlier, isRenumbered, isMoved } = found;
    const protocol = protocolOf(item);
    const isOneOfSeveral = ports.some((other) => other !== item && other.port === item.port);
    const servedBefore = earlier ? targetOf(earlier) : declared[0]?.containerPort;
    const isExplained = changed !== undefined && (isMoved || isRenumbered) && touches(changed, item);
    return [
      candidate(
        {
          cause: "service-port-mismatch",
          culprit: !changed && containerChange ? containerChange.ref : ref,
          statement:
            earlier && isRenumbered
              ? `port ${earlier.port} of ${called(ref)} became ${item.port}, which its callers do not know`
              : `port ${item.port} of ${called(ref)} leads to ${targetOf(item)}, where nothing listens${servedBefore === undefined ? "" : ` (the pods listen on ${servedBefore})`}`,
          evidence: [
            ...open.cite(serviceFinding(open.observation, ref, open.now)),
            ...citeChange(open, change),
            ...citeLogs(open, lines, 2),
          ],
          specificity: isExplained ? 0.97 : containerChange ? 0.9 : 0.82,
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
