import type { ClockBook, ClockStatement } from "../../cluster/clock-book.ts";
import { isKind, type KubeEvent, type KubeObject, type Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { LogLine, Sample } from "../../cluster/signal.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { type ClockBounds, createClockBounds, toleratedMs } from "./clock-bounds.ts";
import { eventMoved, newestStampOfNode, newestStampOfPod, nodeMoved, podMoved } from "./node-stamps.ts";

export interface NodeClocks {
  /** Learns from it, and returns it with what its node has stamped in the time of the API server. */
  object(object: KubeObject, receivedAt: number): KubeObject;
  event(event: KubeEvent, receivedAt: number): KubeEvent;
  line(line: LogLine, receivedAt: number): LogLine;
  samples(samples: readonly Sample[], receivedAt: number): readonly Sample[];
  /** Nodes of which the clock is known to be wrong, and by how much (ms): ahead, or behind when below 0. */
  readonly wrong: ReadonlyMap<string, number>;
}

/** A clock that is put right shows it with the next pod that starts, or after twice this (ms). */
const memoryMs = 5 * 60_000;
/** Of what a kubelet shows some is no older than this; without any for so long, its clock is behind (ms). */
const freshMs = 20_000;
const behindMs = 60_000;
const isOdd = (aheadMs: number) => aheadMs > toleratedMs || aheadMs < -behindMs;
/** Log lines are read so late at most, when following them begins (ms). */
const lineDelayMs = 70_000;
/** Twice as many as the largest clusters that are supported have. */
const maxNodes = 10_000;
/** What was scheduled longer ago says how the clock was then (ms). */
const recentMs = 10 * 60_000;
/** Two that tell of the same clock, each as late as it came (ms). */
const agreeMs = 10_000;

const parsed = (text: string | null | undefined) => (text ? Date.parse(text) : Number.NaN);
const scheduledAt = ({ metadata, status }: Pod) =>
  parsed(
    status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "True")?.lastTransitionTime ??
      metadata.creationTimestamp,
  );
/** A static pod runs before the API server has heard of it. */
const isMirror = ({ metadata }: Pod) => metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
const ofKubelet = /^(?:container|machine|kubelet)_/;
const nodeOfSample = ({ series: { name, labels } }: Sample): string | undefined =>
  ofKubelet.test(name) ? (labels["node"] ?? labels["instance"]) : undefined;

/** A page of measurements is no object; people know it by this. */
const measurements = makeRef("Entity", undefined, "what its kubelet measures");

/** How far what each kubelet has stamped is ahead of its receipt (ms). */
function stampsOf(samples: readonly Sample[], receivedAt: number): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const sample of samples) {
    const node = nodeOfSample(sample);
    if (node === undefined) continue;
    const own = found.get(node) ?? [];
    found.set(node, own);
    own.push(sample.at - receivedAt);
  }
  return found;
}

/**
 * The clocks of nodes against the API server's. A kubelet stamps what it tells of: starts and ends of containers, conditions,
 * events, log lines, samples of its containers. Where its clock is wrong, a change seems to come after what it brought, and
 * what was measured before a container's end after it.
 */
export function createNodeClocks(deps: {
  readonly nodeOf: (namespace: string, pod: string) => string | undefined;
  /** Is told who says what. */
  readonly book: ClockBook;
}): NodeClocks {
  const { book } = deps;
  const nodes = new Map<string, ClockBounds>();
  /** Kubelets whose samples bear another time than that of their receipt; of those that a Prometheus hands on, few do. */
  const scraped = new Map<string, ClockBounds>();
  const wrong = new Map<string, number>();
  const claims = new Map<string, { readonly uid: string; readonly aheadMs: number }>();
  /** The API server's own may be ahead of whoever receives: that is no fault of a node. */
  const server = createClockBounds(memoryMs);
  const serverTime = (receivedAt: number) => receivedAt + Math.max(0, server.aheadMs(receivedAt));

  function boundsOf(node: string, of: Map<string, ClockBounds>): ClockBounds | undefined {
    const known = of.get(node);
    if (known || of.size >= maxNodes) return known;
    const made = createClockBounds(memoryMs, { streams: of === scraped });
    of.set(node, made);
    return made;
  }

  /** One odd stamp is an odd stamp: who says first that a clock is ahead is believed when another object says so too. */
  function isConfirmed(node: string, aheadMs: number, uid: string): boolean {
    if (!(aheadMs > toleratedMs) || wrong.has(node)) return true;
    const first = claims.get(node);
    claims.set(node, { uid, aheadMs });
    return first !== undefined && first.uid !== uid && Math.abs(first.aheadMs - aheadMs) < agreeMs;
  }

  /** Something was stamped by the node, which was no later than this in the API server's time. Returns how far it is ahead (ms). */
  function learn(said: Omit<ClockStatement, "aheadMs">, noLaterThan: number, uid: string): number {
    const { node, at } = said;
    const aheadMs = said.stampedAt - noLaterThan;
    book.say({ ...said, aheadMs, ...(aheadMs > 0 && { weight: "proof" }) });
    return tell(node, at, (bounds) => {
      if (isConfirmed(node, aheadMs, uid)) bounds.atLeast(aheadMs, at);
    });
  }

  /** How far the node's clock is ahead (ms), with one fact more. */
  function tell(node: string, now: number, fact: (bounds: ClockBounds) => void): number {
    const bounds = boundsOf(node, nodes);
    if (bounds) fact(bounds);
    const ahead = bounds?.aheadMs(now) ?? 0;
    if (ahead === 0) wrong.delete(node);
    else wrong.set(node, ahead);
    return ahead;
  }

  function podOf(pod: Pod, receivedAt: number): Pod {
    const { nodeName } = pod.spec;
    if (!nodeName) return pod;
    const from = { node: nodeName, by: makeRef("Pod", pod.metadata.namespace, pod.metadata.name), at: receivedAt };
    const asked = scheduledAt(pod);
    if (!isMirror(pod) && receivedAt - asked < recentMs) {
      const startedAt = parsed(pod.status?.startTime);
      const aheadMs = startedAt - asked;
      boundsOf(nodeName, nodes)?.atMost(aheadMs, receivedAt);
      book.atMost(nodeName, aheadMs);
      if (aheadMs < 0) book.say({ ...from, stampedAt: startedAt, aheadMs, weight: "proof", isDirect: true });
    }
    const stamp = { ...from, stampedAt: newestStampOfPod(pod), weight: "late", isDirect: false } as const;
    const ahead = learn(stamp, serverTime(receivedAt), pod.metadata.uid);
    return ahead === 0 ? pod : podMoved(pod, -ahead);
  }

  return {
    object(object, receivedAt) {
      server.atLeast(parsed(object.metadata.creationTimestamp) - receivedAt, receivedAt);
      if (isKind(object, "Pod")) return podOf(object, receivedAt);
      if (!isKind(object, "Node")) return object;
      const from = { node: object.metadata.name, by: refOf(object), at: receivedAt };
      const stamp = { ...from, stampedAt: newestStampOfNode(object), weight: "prompt", isDirect: false } as const;
      const ahead = learn(stamp, serverTime(receivedAt), object.metadata.uid);
      return ahead === 0 ? object : nodeMoved(object, -ahead);
    },
    event(event, receivedAt) {
      const madeAt = parsed(event.metadata.creationTimestamp);
      server.atLeast(madeAt - receivedAt, receivedAt);
      const node = event.source?.host;
      if (!node) return event;
      // The API server has stamped the first of them itself when it came in, however late it comes here.
      const isFirst = (event.count ?? 1) <= 1 && !event.series && Number.isFinite(madeAt);
      const stampedAt = parsed(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime);
      const from = { node, by: makeRef("Event", event.metadata.namespace, event.metadata.name), at: receivedAt };
      const stamp = { ...from, stampedAt, weight: isFirst ? "prompt" : "late", isDirect: isFirst } as const;
      const ahead = learn(stamp, isFirst ? madeAt : serverTime(receivedAt), event.metadata.uid);
      return ahead === 0 ? event : eventMoved(event, -ahead);
    },
    line(line, receivedAt) {
      const node = wrong.size === 0 ? undefined : deps.nodeOf(line.namespace, line.pod);
      if (node === undefined || !wrong.has(node)) return line;
      // Stamps in the future that are left of a clock since put right (a container's start) stay for as long; its lines tell.
      const atMostMs = line.at - receivedAt + lineDelayMs;
      book.atMost(node, atMostMs);
      const ahead = tell(node, receivedAt, (bounds) => bounds.atMost(atMostMs, receivedAt));
      return ahead === 0 ? line : { ...line, at: line.at - ahead };
    },
    samples(samples, receivedAt) {
      if (scraped.size === 0 && !samples.some(({ at }) => isOdd(at - receivedAt))) return samples;
      const ahead = new Map<string, number>();
      for (const [node, stamped] of stampsOf(samples, receivedAt)) {
        // One odd sample is an odd sample; a kubelet stamps all of its page by one clock.
        const known = 2 * stamped.filter(isOdd).length > stamped.length ? boundsOf(node, scraped) : scraped.get(node);
        const newest = Math.max(...stamped);
        known?.atMost(newest + freshMs, receivedAt);
        known?.atLeast(newest, receivedAt);
        const ms = known?.aheadMs(receivedAt) ?? 0;
        const from = { node, by: measurements, at: receivedAt };
        if (ms === 0) {
          scraped.delete(node);
          book.unsay(node, measurements);
        } else {
          ahead.set(node, ms);
          book.say({ ...from, stampedAt: receivedAt + newest, aheadMs: ms, weight: "proof", isDirect: false });
        }
      }
      return samples.map((sample) => {
        const ms = ahead.get(nodeOfSample(sample) ?? "");
        return ms === undefined ? sample : { ...sample, at: sample.at - ms };
      });
    },
    wrong,
  };
}
