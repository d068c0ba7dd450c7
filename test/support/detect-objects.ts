import { readFileSync } from "node:fs";
import type { KubeEvent, KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createObservation, type Observation } from "../../src/cluster/observation.ts";
import { createDetectionEngine, type DetectionEngine } from "../../src/detection/engine/engine.ts";
import type { Anomaly } from "../../src/incident/anomaly.ts";
import type { IncidentChange } from "../../src/incident/incident.ts";

const corpus = new URL("../corpus/", import.meta.url);

/** An object as a real API server delivered it. */
export function realObject(name: string): KubeObject {
  return JSON.parse(readFileSync(new URL(`kubernetes-objects/${name}.json`, corpus), "utf8")) as KubeObject;
}

/** The events about one object as a real API server listed them. */
export function realEvents(name: string): readonly KubeEvent[] {
  const list = JSON.parse(readFileSync(new URL(`kubernetes-events/${name}.json`, corpus), "utf8")) as {
    items: KubeEvent[];
  };
  return list.items;
}

export interface World {
  readonly engine: DetectionEngine;
  readonly observation: Observation;
  now(): number;
  put(...objects: readonly object[]): void;
  drop(...objects: readonly object[]): void;
  event(...events: readonly KubeEvent[]): void;
  log(pod: string, ...lines: readonly string[]): void;
  /** Ticks every `tickMs` for this long; `each` is called before every tick. */
  run(ms: number, each?: (now: number) => void): IncidentChange[];
  active(): readonly Anomaly[];
  /** Open incidents that the last tick has shown to be one. */
  oneCause(): ReturnType<DetectionEngine["tick"]>["oneCause"];
}

/** An engine with a clock of its own, for telling stories to it. */
export function createWorld(
  options: { start?: number; tickMs?: number; learnMs?: number; namespace?: string } = {},
): World {
  let now = options.start ?? Date.parse("2026-11-20T22:00:00Z");
  const tickMs = options.tickMs ?? 5_000;
  const observation = createObservation({ cluster: "test" });
  let ids = 0;
  const engine = createDetectionEngine({
    observation,
    nextId: () => String(++ids),
    learnMs: options.learnMs ?? 60_000,
    tickMs,
  });
  let active: readonly Anomaly[] = [];
  let oneCause: ReturnType<World["oneCause"]> = [];
  const put = (change: "MODIFIED" | "DELETED", objects: readonly object[]) => {
    for (const object of objects) engine.ingest({ type: "object", at: now, change, object: object as KubeObject });
  };
  return {
    engine,
    observation,
    now: () => now,
    put: (...objects) => put("MODIFIED", objects),
    drop: (...objects) => put("DELETED", objects),
    event(...events) {
      for (const event of events) engine.ingest({ type: "event", at: now, event });
    },
    log(pod, ...lines) {
      for (const line of lines) {
        engine.ingest({
          type: "log",
          at: now,
          line: { at: now, namespace: options.namespace ?? "shop", pod, container: "app", line },
        });
      }
    },
    run(ms, each) {
      const changes: IncidentChange[] = [];
      for (const end = now + ms; now < end; ) {
        now += tickMs;
        each?.(now);
        const result = engine.tick(now);
        ({ active, oneCause } = result);
        changes.push(...result.changes);
      }
      return changes;
    },
    active: () => active,
    oneCause: () => oneCause,
  };
}
