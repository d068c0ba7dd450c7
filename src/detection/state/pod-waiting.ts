import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, short } from "./container-states.ts";

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

/**
 * Containers that cannot start: image, configuration, command. Source: `state.waiting.reason` of the pod; `lastState` with
 * reason StartError between two attempts. Not a fault: PodInitializing, ContainerCreating (short; a mount that fails is
 * seen in events), and CrashLoopBackOff, which has its own detector.
 */
export const podWaiting = defineDetector({
  name: "pod-waiting",
  family: "state",
  nature: "fault",
  *detect({ pods, ownerOf, now }): Iterable<Finding> {
    for (const pod of pods) {
      if (!isCurrent(pod)) continue;
      for (const { status, spec } of containersOf(pod)) {
        const waiting = status.state?.waiting;
        const startError = [status.state?.terminated, status.lastState?.terminated].find(
          (ended) => ended?.reason === "StartError" || ended?.reason === "ContainerCannotRun",
        );
        const known =
          waitingReasons[waiting?.reason ?? ""] ??
          (startError && !status.state?.running ? waitingReasons.RunContainerError : undefined);
        if (!known) continue;
        const message = short(
          waiting?.message && waiting.reason !== "CrashLoopBackOff" ? waiting.message : startError?.message,
        );
        const image = known.reason.includes("Image") && spec?.image ? ` (${spec.image})` : "";
        yield {
          reason: known.reason,
          target: ownerOf(pod),
          seenOn: refOf(pod),
          detail: status.name,
          severity: "high",
          headline: known.headline,
          summary: `Container ${status.name} of pod ${pod.metadata.name} waits: ${waiting?.reason ?? known.reason}${image}${message ? `: ${message}` : ""}`,
          // A container that has run before waits since it ended.
          startsAt:
            Math.max(
              timeOf(pod.metadata.creationTimestamp, 0),
              startError ? 0 : timeOf(status.lastState?.terminated?.finishedAt, 0),
            ) || now,
        };
      }
    }
  },
});
