import type { SeenEvent } from "../../cluster/event-store.ts";
import type { DetectContext, Detector, DetectorFactory, Finding, Nature } from "../detector.ts";

/** Events that can still matter. */
const eventWindowMs = 15 * 60_000;

export interface EventContext extends DetectContext {
  /** Events of the last 15 minutes, oldest first. */
  readonly events: readonly SeenEvent[];
}

// One pass over the event store a tick, shared by all event detectors of a context.
const recent = new WeakMap<DetectContext, readonly SeenEvent[]>();

function recentEvents(context: DetectContext): readonly SeenEvent[] {
  let events = recent.get(context);
  if (!events) {
    events = context.observation.events.between(context.now - eventWindowMs, context.now + 60_000);
    recent.set(context, events);
  }
  return events;
}

/** The detector holds nothing from tick to tick, so that all engines share one. */
export function defineEventDetector(spec: {
  readonly name: string;
  readonly nature: Nature;
  detect(context: EventContext): Iterable<Finding>;
}): DetectorFactory {
  const detector: Detector = {
    name: spec.name,
    family: "event",
    nature: spec.nature,
    detect: (context) => spec.detect({ ...context, events: recentEvents(context) }),
  };
  return () => detector;
}
