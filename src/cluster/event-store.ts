import { makeRef, type ObjectRef, refKey } from "../incident/object-ref.ts";
import type { KubeEvent } from "./kubernetes-types.ts";

/** An event as last seen, with its time resolved. */
export interface SeenEvent {
  readonly at: number;
  readonly firstAt: number;
  readonly count: number;
  readonly about: ObjectRef;
  readonly reason: string;
  readonly message: string;
  readonly warning: boolean;
  readonly event: KubeEvent;
}

const maxAheadMs = 2 * 60_000;
const maxMessageChars = 4_096;

export interface EventStore {
  push(event: KubeEvent, receivedAt: number): SeenEvent;
  /** Events about one object, oldest first. */
  about(ref: ObjectRef): readonly SeenEvent[];
  /** All events with from <= at <= to, oldest first. */
  between(from: number, to: number): SeenEvent[];
  readonly dropped: number;
}

/**
 * Scheduler events carry eventTime only, kubelet events lastTimestamp only; both may be null
 * (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/).
 */
export function eventTimeOf(event: KubeEvent, receivedAt: number): number {
  const text =
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  const at = text ? Date.parse(text) : Number.NaN;
  // Of a clock that is ahead only the order of arrival can be trusted: an event of tomorrow would be news until then.
  return Number.isFinite(at) && at <= receivedAt + maxAheadMs ? at : receivedAt;
}

/** Long texts are kept by their beginning. Kubernetes' own writers keep to 1,024 characters, others need not. */
function withinBounds(event: KubeEvent): KubeEvent {
  const { message } = event;
  return message !== undefined && message.length > maxMessageChars
    ? { ...event, message: message.slice(0, maxMessageChars) }
    : event;
}

/** One entry for each event's uid, 20,000 by default; the one told longest ago gives way and is counted. */
export function createEventStore(options: { maxEvents?: number } = {}): EventStore {
  const maxEvents = options.maxEvents ?? 20_000;
  const byUid = new Map<string, SeenEvent>();
  const byObject = new Map<string, Map<string, SeenEvent>>();
  let dropped = 0;

  function forget(uid: string, { about }: SeenEvent): void {
    byUid.delete(uid);
    const list = byObject.get(refKey(about));
    list?.delete(uid);
    if (list?.size === 0) byObject.delete(refKey(about));
  }

  return {
    push(told, receivedAt) {
      const event = withinBounds(told);
      const at = eventTimeOf(event, receivedAt);
      const first = Date.parse(event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "");
      const count = event.series?.count ?? event.count ?? 1;
      const seen: SeenEvent = {
        at,
        firstAt: Number.isFinite(first) ? Math.min(first, at) : at,
        count: Number.isFinite(count) ? count : 1,
        about: makeRef(
          event.involvedObject.kind ?? "Unknown",
          event.involvedObject.namespace,
          event.involvedObject.name ?? "unknown",
        ),
        reason: event.reason ?? "",
        message: (event.message ?? "").trim(),
        warning: event.type === "Warning",
        event,
      };
      const uid = event.metadata.uid;
      const before = byUid.get(uid);
      if (before) forget(uid, before);
      byUid.set(uid, seen);
      const key = refKey(seen.about);
      let list = byObject.get(key);
      if (!list) {
        list = new Map();
        byObject.set(key, list);
      }
      list.set(uid, seen);
      if (byUid.size > maxEvents) {
        const [oldestUid, oldest] = byUid.entries().next().value ?? [];
        if (oldestUid !== undefined && oldest) forget(oldestUid, oldest);
        dropped++;
      }
      return seen;
    },
    about: (ref) => [...(byObject.get(refKey(ref))?.values() ?? [])].sort((a, b) => a.at - b.at),
    between(from, to) {
      return [...byUid.values()].filter((seen) => seen.at >= from && seen.at <= to).sort((a, b) => a.at - b.at);
    },
    get dropped() {
      return dropped;
    },
  };
}
