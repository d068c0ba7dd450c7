import { describe, expect, test } from "vitest";
import { createRateLimit } from "../../src/bot/web/rate-limit.ts";
import { createAlertStore } from "../../src/cluster/alert-store.ts";
import { createEventStore } from "../../src/cluster/event-store.ts";
import type { KubeEvent, KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createLogStore } from "../../src/cluster/log-store.ts";
import { createObjectStore } from "../../src/cluster/object-store.ts";
import { createSeriesStore } from "../../src/cluster/series-store.ts";
import { createTemplateMiner } from "../../src/detection/logs/templates/template-miner.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import { createBoundedQueue } from "../../src/lib/bounded-queue.ts";
import { promiseFigure } from "../support/promise-figure.ts";

/** What a store holds and has counted as lost after it was given more than it takes. */
interface Filled {
  readonly kept: number;
  readonly lost: number;
}

interface Bound {
  readonly name: string;
  readonly cap: number;
  readonly given: number;
  /** Fills it; everything given must be kept or counted. */
  readonly fill: (cap: number, given: number) => Filled;
}

const object = (name: string, more: object = {}) =>
  ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop", uid: name },
    ...more,
  }) as unknown as KubeObject;
const event = (index: number) =>
  ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `e${index}`, namespace: "shop", uid: `e${index}` },
    involvedObject: { kind: "Pod", namespace: "shop", name: `p${index}` },
    reason: "Failed",
    type: "Warning",
    lastTimestamp: new Date(index * 1_000).toISOString(),
  }) as unknown as KubeEvent;
const line = (container: string, text: string, at: number) => ({
  at,
  namespace: "shop",
  pod: "p",
  container,
  line: text,
});
const upTo = (count: number, each: (index: number) => void) => {
  for (let index = 0; index < count; index++) each(index);
};

const bounds: readonly Bound[] = [
  {
    name: "signals that wait to be read",
    cap: 60_000,
    given: 200_000,
    fill(cap, given) {
      const queue = createBoundedQueue<number>(cap);
      upTo(given, (index) => queue.push(index));
      expect(queue.shift(), "the newest stay").toBe(given - cap);
      return { kept: queue.size + 1, lost: queue.dropped };
    },
  },
  {
    name: "events of the cluster",
    cap: 2_000,
    given: 9_000,
    fill(cap, given) {
      const store = createEventStore({ maxEvents: cap });
      upTo(given, (index) => store.push(event(index), index * 1_000));
      return { kept: store.between(0, given * 1_000).length, lost: store.dropped };
    },
  },
  {
    name: "lines of one container",
    cap: 2_000,
    given: 10_000,
    fill(cap, given) {
      const store = createLogStore({ linesPerContainer: cap });
      upTo(given, (index) => store.push(line("c", `line ${index}`, index)));
      return { kept: store.lines({ namespace: "shop", pod: "p" }).length, lost: store.dropped.lines };
    },
  },
  {
    name: "containers with lines",
    cap: 500,
    given: 3_000,
    fill(cap, given) {
      const store = createLogStore({ maxContainers: cap });
      upTo(given, (index) => store.push(line(`c${index}`, "x", index)));
      return { kept: store.lines({ namespace: "shop", pod: "p" }).length, lost: store.dropped.containers };
    },
  },
  {
    name: "characters of a line (one of a megabyte counts as one cut)",
    cap: 1,
    given: 2,
    fill() {
      const store = createLogStore({ maxLineChars: 100 });
      store.push(line("c", "x".repeat(1_000_000), 1));
      expect(store.lines({ namespace: "shop", pod: "p" })[0]?.line).toHaveLength(100);
      return { kept: 1, lost: store.dropped.cut };
    },
  },
  {
    name: "series",
    cap: 50_000,
    given: 120_000,
    fill(cap, given) {
      const store = createSeriesStore({ maxSeries: cap });
      upTo(given, (index) => store.push("requests", { pod: `p${index}` }, 1_000, 1));
      return { kept: store.size, lost: store.dropped.series };
    },
  },
  {
    name: "objects of the cluster",
    cap: 1_000,
    given: 5_000,
    fill(cap, given) {
      const store = createObjectStore({ maxObjects: cap });
      upTo(given, (index) => store.apply("ADDED", object(`o${index}`), index));
      return { kept: store.size, lost: store.dropped.objects };
    },
  },
  {
    name: "versions of one object",
    cap: 12,
    given: 400,
    fill(cap, given) {
      const store = createObjectStore({ maxVersions: cap });
      upTo(given, (index) =>
        store.apply(index === 0 ? "ADDED" : "MODIFIED", object("o", { data: { a: `${index}` } }), index),
      );
      return { kept: store.versions(makeRef("ConfigMap", "shop", "o")).length, lost: store.dropped.versions };
    },
  },
  {
    name: "deleted objects that are remembered",
    cap: 300,
    given: 2_000,
    fill(cap, given) {
      const store = createObjectStore({ maxDeleted: cap });
      upTo(given, (index) => {
        store.apply("ADDED", object(`o${index}`), index);
        store.apply("DELETED", object(`o${index}`), index);
      });
      return { kept: store.deleted("ConfigMap").length, lost: store.dropped.deleted };
    },
  },
  {
    name: "alerts that fire",
    cap: 2_000,
    given: 9_000,
    fill(cap, given) {
      const store = createAlertStore({ maxAlerts: cap });
      upTo(given, (index) =>
        store.apply(
          { fingerprint: `f${index}`, status: "firing", name: "a", labels: {}, summary: "", startsAt: index },
          index,
        ),
      );
      return { kept: store.firing(given).length, lost: store.dropped };
    },
  },
];

describe("every store hit at its cap stays within it, and counts what it did not keep (B3)", () => {
  test.each(bounds)("$name", ({ name, cap, given, fill }) => {
    const { kept, lost } = fill(cap, given);
    expect(kept).toBe(cap);
    expect(kept + lost, "nothing disappears without being counted").toBe(given);
    promiseFigure("B3", name, `${kept} of ${given} kept, ${lost} counted`);
  });

  test("log templates: the ones not seen for longest go, and are counted", () => {
    const words = (index: number) =>
      index.toString(26).replaceAll(/\d/g, (digit) => "klmnopqrst"[Number(digit)] ?? "k");
    const miner = createTemplateMiner({ maxTemplates: 200 });
    upTo(2_000, (index) =>
      miner.learn(`${words(index)} ${words(index * 7)} ${words(index * 31)} stopped because of ${words(index * 131)}`),
    );
    expect(miner.size).toBeLessThanOrEqual(200);
    const { evicted, merged } = miner.losses();
    expect(evicted + merged + miner.size).toBeGreaterThan(1_000);
  });

  test("callers of the web pages: their number is bounded, and who comes too often waits", () => {
    const limit = createRateLimit({ burst: 2, perSecond: 1 });
    upTo(50_000, (index) => expect(limit.take(`caller-${index}`, 0)).toBe(0));
    expect([limit.take("one", 0), limit.take("one", 0), limit.take("one", 0)]).toEqual([0, 0, 1]);
  });
});
