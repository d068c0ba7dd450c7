import type { Container, Probe } from "../../cluster/kubernetes-types.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { probeSchema } from "../../incident/fix/action-params.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix } from "./fix.ts";
import { undoArea } from "./undo-area.ts";
import { rollback } from "./undo-change.ts";

/** Times as long as it had to start, within what anybody waits for. */
const slowStartTimes = 4;
const longestDelayS = 300;

function patienceS({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return Math.min(longestDelayS, slowStartTimes * (initialDelaySeconds + periodSeconds * failureThreshold));
}

/** A gentler probe on the port that the container names, for a probe that was always wrong. */
function mended(open: Case, { culprit, facts }: Candidate): Fix | undefined {
  const { container, probe } = facts;
  const spec = podSpecOf(open.observation.objects.find(culprit)?.object)?.containers.find(
    (part) => part.name === container,
  );
  const now = probe && spec?.[`${probe}Probe`];
  if (!container || !probe || !now) return undefined;
  const { httpGet, timeoutSeconds = 1, failureThreshold = 3 } = now;
  const listens = listensOn(spec, httpGet?.port);
  const port = spec.ports?.[0]?.name ?? spec.ports?.[0]?.containerPort;
  const value = probeSchema.safeParse({
    ...now,
    ...(httpGet && !listens && port !== undefined ? { httpGet: { ...httpGet, port } } : {}),
    ...(facts.slowStart ? { initialDelaySeconds: patienceS(now) } : {}),
    timeoutSeconds: Math.max(5, timeoutSeconds * 2),
    failureThreshold: Math.max(5, failureThreshold * 2),
  }).data;
  const reason = listens ? "gives the container more time to answer" : "asks the port on which the container listens";
  return value && fix("patch-probe", culprit, { container, probe, value }, reason, 0.7);
}

/** Whether a container names the port, by number or by name; one that names none may listen on any. */
function listensOn({ ports }: Container, port: number | string | undefined): boolean {
  return ports?.some((part) => part.containerPort === port || part.name === port) ?? true;
}

/**
 * Puts the probe back that a change has altered; one that was always wrong gets more time, or the port that the
 * container declares.
 */
export function probeFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const probe = item.facts.probe ?? "liveness";
  if (!item.change) {
    const image = open.lastChange(item.culprit, "image");
    return [
      mended(open, item),
      image && rollback(open, image, "goes back to the release that answered the probe", 0.8),
    ];
  }
  return [
    ...undoArea(open, item.change, probe),
    rollback(open, item.change, "goes back to the revision with the earlier probe"),
  ];
}
