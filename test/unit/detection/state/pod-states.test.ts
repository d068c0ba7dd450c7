import { describe, expect, test } from "vitest";
import { createWorld, realEvents, realObject } from "../../../support/detect-objects.ts";

const at = (clock: string) => Date.parse(`2026-11-20T${clock}Z`);

/** Tells the engine about one real object at a moment, lets two ticks pass, returns what it finds. */
function found(name: string, clock: string, events?: string) {
  const world = createWorld({ start: at(clock) });
  world.put(realObject("node-ready"), realObject(name));
  if (events) world.event(...realEvents(events));
  world.run(10_000);
  return world.active();
}
const seen = (...story: Parameters<typeof found>) =>
  found(...story).map(({ detector, reason }) => `${detector} ${reason}`);

describe("a pod that cannot work is told within two scrapes", () => {
  test.each([
    ["pod-imagepullbackoff", "22:40:30", "pod-waiting ImagePullBackOff"],
    ["pod-errimagepull", "22:39:56", "pod-waiting ImagePullBackOff"],
    ["pod-errimagepull-dns", "23:00:20", "pod-waiting ImagePullBackOff"],
    ["pod-errimageneverpull", "23:00:20", "pod-waiting ErrImageNeverPull"],
    ["pod-invalidimagename", "23:00:20", "pod-waiting InvalidImageName"],
    ["pod-createcontainerconfigerror-missing-secret", "22:40:00", "pod-waiting CreateContainerConfigError"],
    ["pod-createcontainerconfigerror-missing-configmap", "23:01:10", "pod-waiting CreateContainerConfigError"],
    ["pod-createcontainerconfigerror-missing-configmap-key", "22:40:00", "pod-waiting CreateContainerConfigError"],
    ["pod-runcontainererror-bad-command", "22:40:50", "pod-waiting RunContainerError"],
    ["pod-runcontainererror-crashloopbackoff", "22:40:50", "pod-waiting RunContainerError"],
    ["pod-not-executable", "23:01:10", "pod-waiting RunContainerError"],
    ["pod-poststart-hook-failed", "23:01:10", "pod-waiting PostStartHookError"],
    ["pod-crash-error-terminated", "22:40:47", "pod-crash CrashLoopBackOff"],
    ["pod-crashloopbackoff", "22:41:00", "pod-crash CrashLoopBackOff"],
    ["pod-crashloopbackoff-many-restarts", "22:45:00", "pod-crash CrashLoopBackOff"],
    ["pod-crash-with-termination-message", "23:01:10", "pod-crash CrashLoopBackOff"],
    ["pod-liveness-crashloopbackoff", "22:41:15", "pod-crash CrashLoopBackOff"],
    ["pod-oomkilled-terminated", "22:39:56", "pod-oom OOMKilled"],
    ["pod-oomkilled-crashloopbackoff", "22:40:10", "pod-oom OOMKilled"],
    ["pod-init-error", "22:40:46", "pod-init InitContainerFailed"],
    ["pod-init-crashloopbackoff", "22:41:00", "pod-init InitContainerFailed"],
    ["pod-pending-unschedulable-memory", "22:41:37", "pod-pending Unschedulable"],
    ["pod-pending-unschedulable-nodeselector", "22:41:37", "pod-pending Unschedulable"],
    ["pod-evicted-emptydir-sizelimit", "22:42:08", "pod-failed Evicted"],
    ["pod-failed-error", "22:41:38", "pod-failed Failed"],
    ["pod-failed-deadlineexceeded", "22:41:42", "pod-failed DeadlineExceeded"],
  ])("%s", (name, clock, said) => expect(seen(name, clock)).toEqual([said]));
});

describe("what only time or events prove", () => {
  test.each([
    [
      "a pod whose readiness probe fails after its start",
      "pod-readiness-failing",
      "22:41:40",
      undefined,
      "pod-not-ready NotReady",
    ],
    ["a pod whose probe times out", "pod-readiness-timeout", "23:02:10", undefined, "pod-not-ready NotReady"],
    [
      "a readiness probe that is answered with 404",
      "pod-probes-http-404",
      "23:01:12",
      "pod-probe-404",
      "probe-refused ReadinessProbeRefused",
    ],
    ["a liveness probe that kills", "pod-liveness-restarted", "22:41:13", "pod-liveness", "probe-kill LivenessKill"],
    [
      "a start-up probe that kills",
      "pod-startup-probe-restarted",
      "23:00:24",
      "pod-startup",
      "probe-kill StartupProbeKill",
    ],
    [
      "a volume that needs a Secret nobody made",
      "pod-containercreating-failedmount",
      "22:41:50",
      "pod-missing-volume",
      "mount-failed MountReferenceMissing",
    ],
    [
      "a pod that a finalizer holds",
      "pod-terminating-finalizer",
      "22:48:30",
      undefined,
      "pod-stuck-terminating StuckTerminating",
    ],
  ])("%s", (_title, name, clock, events, said) => expect(seen(name, clock, events)).toContain(said));
});

test.each([
  ["pod-imagepullbackoff", "22:40:30"],
  ["pod-errimagepull", "22:39:56"],
  ["pod-errimagepull-dns", "23:00:20"],
  ["pod-errimageneverpull", "23:00:20"],
])("an image that a container waits for is named once: %s", (name, clock) => {
  const { spec } = realObject(name) as { spec: { containers: { image: string }[] } };
  const summaries = found(name, clock).map(({ summary }) => summary);
  expect(summaries).toHaveLength(1);
  expect(summaries[0]?.split(spec.containers[0]?.image ?? "?")).toHaveLength(2);
});

describe("not a fault", () => {
  test.each([
    ["a pod in service", "pod-running-ready", "23:00:20", undefined],
    ["a pod that has completed", "pod-completed", "22:41:45", undefined],
    ["an init container that takes its time", "pod-initializing", "22:47:25", undefined],
    ["a readiness probe that fails in the first seconds", "pod-readiness-failing", "22:40:47", "pod-readiness"],
    ["a pod inside its grace period", "pod-terminating-graceful", "23:00:20", undefined],
    ["a pod that a finalizer has held for a moment", "pod-terminating-finalizer", "22:46:58", undefined],
  ])("%s", (_title, name, clock, events) => expect(seen(name, clock, events)).toEqual([]));

  test("an OOM kill that was survived long before the watch began", () => {
    const world = createWorld({ start: at("23:40:00") });
    const pod = structuredClone(realObject("pod-running-ready")) as { status: { containerStatuses: object[] } };
    pod.status.containerStatuses = pod.status.containerStatuses.map((status) => ({
      ...status,
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: "2026-11-20T22:00:00Z" } },
    }));
    world.put(pod);
    world.run(10_000);
    expect(world.active()).toEqual([]);
  });
});
