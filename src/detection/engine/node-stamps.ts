import type { ContainerState, ContainerStatus, KubeEvent, KubeNode, Pod } from "../../cluster/kubernetes-types.ts";

/** Conditions of a pod that its kubelet sets; the scheduler and others have clocks of their own. */
const ofKubelet = new Set(["Initialized", "Ready", "ContainersReady", "PodReadyToStartContainers", "PodHasNetwork"]);

type Stamp = string | null | undefined;
interface Heartbeat {
  readonly status: string;
  readonly lastHeartbeatTime?: string;
}

function* statesOf({ status }: Pod): Generator<ContainerState | undefined> {
  for (const one of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    yield one.state;
    yield one.lastState;
  }
}

function* stampsOfPod(pod: Pod): Generator<Stamp> {
  yield pod.status?.startTime;
  for (const { type, lastTransitionTime } of pod.status?.conditions ?? [])
    if (ofKubelet.has(type)) yield lastTransitionTime;
  for (const state of statesOf(pod)) {
    yield state?.running?.startedAt;
    yield state?.terminated?.startedAt;
    yield state?.terminated?.finishedAt;
  }
}

/** When the kubelet stamped something of this pod last, by its own clock (ms); NaN when it has not yet. */
export function newestStampOfPod(pod: Pod): number {
  let newest = "";
  // Of one writer and so of one form: their order is that of their letters.
  for (const stamp of stampsOfPod(pod)) if (stamp && stamp > newest) newest = stamp;
  return newest === "" ? Number.NaN : Date.parse(newest);
}

/** When the kubelet last said that it is alive, by its own clock (ms); NaN when others have to say so. */
export function newestStampOfNode(node: KubeNode): number {
  let newest = "";
  for (const condition of node.status?.conditions ?? []) {
    const { status, lastHeartbeatTime = "" }: Heartbeat = condition;
    // The node controller writes Unknown.
    if (status !== "Unknown" && lastHeartbeatTime > newest) newest = lastHeartbeatTime;
  }
  return newest === "" ? Number.NaN : Date.parse(newest);
}

/** Moves a stamp by so much (ms); what is none stays. */
function moved<T extends Stamp>(stamp: T, byMs: number): T | string {
  const at = stamp ? Date.parse(stamp) : Number.NaN;
  return Number.isFinite(at) ? new Date(at + byMs).toISOString() : stamp;
}

function stateMoved(state: ContainerState, byMs: number): ContainerState {
  const { running, terminated } = state;
  return {
    ...state,
    ...(running && {
      running: { ...running, ...(running.startedAt && { startedAt: moved(running.startedAt, byMs) }) },
    }),
    ...(terminated && {
      terminated: {
        ...terminated,
        ...(terminated.startedAt && { startedAt: moved(terminated.startedAt, byMs) }),
        ...(terminated.finishedAt && { finishedAt: moved(terminated.finishedAt, byMs) }),
      },
    }),
  };
}

const statusMoved = (status: ContainerStatus, byMs: number): ContainerStatus => ({
  ...status,
  ...(status.state && { state: stateMoved(status.state, byMs) }),
  ...(status.lastState && { lastState: stateMoved(status.lastState, byMs) }),
});

/** The pod with all that its kubelet has stamped moved by so much (ms). */
export function podMoved(pod: Pod, byMs: number): Pod {
  const { status } = pod;
  if (!status) return pod;
  const { startTime, conditions, containerStatuses, initContainerStatuses } = status;
  return {
    ...pod,
    status: {
      ...status,
      ...(startTime && { startTime: moved(startTime, byMs) }),
      ...(conditions && {
        conditions: conditions.map((one) =>
          ofKubelet.has(one.type) && one.lastTransitionTime
            ? { ...one, lastTransitionTime: moved(one.lastTransitionTime, byMs) }
            : one,
        ),
      }),
      ...(containerStatuses && { containerStatuses: containerStatuses.map((one) => statusMoved(one, byMs)) }),
      ...(initContainerStatuses && {
        initContainerStatuses: initContainerStatuses.map((one) => statusMoved(one, byMs)),
      }),
    },
  };
}

/** The node with the times of its conditions moved by so much (ms). */
export function nodeMoved(node: KubeNode, byMs: number): KubeNode {
  const { status } = node;
  if (!status?.conditions) return node;
  const conditions = status.conditions.map((one) =>
    one.status !== "Unknown" && one.lastTransitionTime
      ? { ...one, lastTransitionTime: moved(one.lastTransitionTime, byMs) }
      : one,
  );
  return { ...node, status: { ...status, conditions } };
}

/** The event with the times that its writer gave it moved by so much (ms). */
export function eventMoved(event: KubeEvent, byMs: number): KubeEvent {
  const { firstTimestamp, lastTimestamp, eventTime, series } = event;
  return {
    ...event,
    ...(firstTimestamp && { firstTimestamp: moved(firstTimestamp, byMs) }),
    ...(lastTimestamp && { lastTimestamp: moved(lastTimestamp, byMs) }),
    ...(eventTime && { eventTime: moved(eventTime, byMs) }),
    ...(series?.lastObservedTime && {
      series: { ...series, lastObservedTime: moved(series.lastObservedTime, byMs) },
    }),
  };
}
