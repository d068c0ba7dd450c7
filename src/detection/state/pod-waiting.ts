import type { ContainerStatus, Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { furtherPullAnswer, pullAnswerOf } from "../../cluster/pull-answer.ts";
import { own } from "../../lib/own.ts";
import { type DetectContext, type Detector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, short } from "./container-states.ts";
import { isJustMade } from "./just-made.ts";

interface WaitingReason {
  readonly reason: string;
  readonly headline: string;
}

// The kubelet's waiting reasons (pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go). ErrImagePull and
// ImagePullBackOff alternate for one trouble, so they share a code.
const waitingReasons: Readonly<Record<string, WaitingReason>> = {
  ErrImagePull: { reason: "ImagePullBackOff", headline: "cannot pull its image" },
  ImagePullBackOff: { reason: "ImagePullBackOff", headline: "cannot pull its image" },
  ImageInspectError: { reason: "ImagePullBackOff", headline: "cannot inspect its image" },
  SignatureValidationFailed: { reason: "ImagePullBackOff", headline: "has an image whose signature is not accepted" },
  RegistryUnavailable: { reason: "ImagePullBackOff", headline: "cannot reach the image registry" },
  ErrImageNeverPull: { reason: "ErrImageNeverPull", headline: "may not pull its image, which is not on the node" },
  InvalidImageName: { reason: "InvalidImageName", headline: "names an image that cannot exist" },
  CreateContainerConfigError: {
    reason: "CreateContainerConfigError",
    headline: "needs configuration that does not exist",
  },
  CreateContainerError: { reason: "CreateContainerError", headline: "has a container that cannot be created" },
  RunContainerError: { reason: "RunContainerError", headline: "has a command that cannot start" },
  PreCreateHookError: { reason: "CreateContainerError", headline: "has a container that cannot be created" },
  PreStartHookError: { reason: "RunContainerError", headline: "has a hook that fails" },
  PostStartHookError: { reason: "PostStartHookError", headline: "has a post-start hook that fails" },
};

/** Registries and networks that are busy for a moment, and the kubelet's own limits: the next attempt may well succeed. */
const passing =
  /pull QPS exceeded|toomanyrequests|too many requests|\b429\b|\b50[234]\b|i\/o timeout|TLS handshake timeout|unexpected EOF|connection reset/i;
/** Two more attempts of the kubelet (10 s and 20 s apart). */
const passesMs = 35_000;
/** Between two attempts the kubelet says only this; since 1.31 with the reason behind it. */
const bareBackOff = /^Back-off pulling image "[^"]*"$/;

/** In full, what the last attempt to pull was answered with. */
function pullAnswer(pod: Pod, said: string, image: string | undefined, { observation }: DetectContext): string {
  if (said !== "" && !bareBackOff.test(said)) return said;
  const failed = observation.events
    .about(refOf(pod))
    .findLast(({ message }) => message.startsWith("Failed to pull image") && message.includes(image ?? ""));
  return failed?.message ?? said;
}

/** Why a container waits, and what is said of it; undefined when nothing keeps it. */
interface Wait extends WaitingReason {
  readonly said: string;
  /** It ended so at its start, and the next attempt is to come. */
  readonly startError: boolean;
}

function waitOf({ state, lastState }: ContainerStatus): Wait | undefined {
  const waiting = state?.waiting;
  const startError = [state?.terminated, lastState?.terminated].find(
    (ended) => ended?.reason === "StartError" || ended?.reason === "ContainerCannotRun",
  );
  const known =
    own(waitingReasons, waiting?.reason ?? "") ??
    (startError && !state?.running ? waitingReasons.RunContainerError : undefined);
  if (!known) return undefined;
  const teller = waiting?.message && waiting.reason !== "CrashLoopBackOff" ? waiting : startError;
  return { ...known, said: teller?.message ?? "", startError: startError !== undefined };
}

/** A container that has run before waits since it ended, any other since its pod was made; 0 when neither is known. */
function waitsSince(pod: Pod, { lastState }: ContainerStatus, { startError }: Wait): number {
  const ended = startError ? 0 : timeOf(lastState?.terminated?.finishedAt, 0);
  return Math.max(timeOf(pod.metadata.creationTimestamp, 0), ended);
}

/** `waits: ImagePullBackOff (shop/orders:2): not found`: what the last attempt was answered with, and the image where it is about one. */
function summaryOf(wait: Wait, said: string, status: ContainerStatus, image: string | undefined): string {
  const named = wait.reason.includes("Image") ? image : undefined;
  const message = short(named ? furtherPullAnswer(said, named) : pullAnswerOf(said));
  const shown = named && !message.includes(named) ? ` (${named})` : "";
  return `waits: ${status.state?.waiting?.reason ?? wait.reason}${shown}${message ? `: ${message}` : ""}`;
}

/**
 * Containers that cannot start: image, configuration, command. Source: `state.waiting.reason` of the pod; `lastState` with
 * reason StartError between two attempts. Not a fault: PodInitializing, ContainerCreating (short; a mount that fails is
 * seen in events), and CrashLoopBackOff, which has its own detector; a pull that a busy registry refused and the next attempt
 * cures; configuration that is made right after its workload.
 */
export function podWaiting(): Detector {
  const refusedSince = new Map<string, number>();

  /** Whether the next attempt may cure it; `open` collects those that are still refused. */
  function mayPass(key: string, answer: string, now: number, open: Set<string>): boolean {
    // Its event may be late, or dropped by a busy kubelet: what was known of it stands.
    const isKnown = bareBackOff.test(answer) && refusedSince.has(key);
    if (!isKnown && !passing.test(answer)) return false;
    open.add(key);
    const since = refusedSince.get(key) ?? now;
    refusedSince.set(key, since);
    return now - since < passesMs;
  }

  function* detect(context: DetectContext): Iterable<Finding> {
    const { pods, ownerOf, now } = context;
    const open = new Set<string>();
    for (const pod of pods) {
      if (!isCurrent(pod)) continue;
      for (const { status, spec } of containersOf(pod)) {
        const wait = waitOf(status);
        if (!wait) continue;
        const isPull = wait.reason === "ImagePullBackOff";
        const said = isPull ? pullAnswer(pod, wait.said, spec?.image, context) : wait.said;
        if (isPull && mayPass(`${pod.metadata.uid}/${status.name}`, said, now, open)) continue;
        if (wait.reason === "CreateContainerConfigError" && isJustMade(pod, context)) continue;
        yield {
          reason: wait.reason,
          target: ownerOf(pod),
          seenOn: refOf(pod),
          detail: status.name,
          severity: "high",
          headline: wait.headline,
          summary: `Container ${status.name} of pod ${pod.metadata.name} ${summaryOf(wait, said, status, spec?.image)}`,
          startsAt: waitsSince(pod, status, wait) || now,
        };
      }
    }
    for (const key of refusedSince.keys()) if (!open.has(key)) refusedSince.delete(key);
  }

  return { name: "pod-waiting", family: "state", nature: "fault", detect };
}
