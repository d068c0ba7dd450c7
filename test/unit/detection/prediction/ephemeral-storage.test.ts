import { describe, expect, test } from "vitest";
import { createSummaryParser } from "../../../../src/detection/collect/scrape/parse-summary.ts";
import { summaryTargets } from "../../../../src/detection/collect/scrape/scrape-targets.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const Mi = 2 ** 20;

interface PodLike {
  readonly spec: { readonly containers: readonly object[]; readonly volumes?: readonly object[] };
}

/** A pod whose one container may use so much local storage, and whose emptyDir so much. */
function limited(limit: string | undefined, sizeLimit?: string) {
  const made = pod({ app: "web", at: start - 600_000 }) as unknown as PodLike;
  const [first = {}] = made.spec.containers;
  return {
    ...made,
    spec: {
      ...made.spec,
      containers: [{ ...first, resources: limit === undefined ? {} : { limits: { "ephemeral-storage": limit } } }],
      ...(sizeLimit === undefined ? {} : { volumes: [{ name: "spool", emptyDir: { sizeLimit } }] }),
    },
  };
}

/** The same beside a sidecar that may use so much. */
function besideSidecar(one: ReturnType<typeof limited>, limit: string) {
  const resources = { limits: { "ephemeral-storage": limit } };
  const initContainers = [{ name: "proxy", image: "proxy:1", restartPolicy: "Always", resources }];
  return { ...one, spec: { ...one.spec, initContainers } };
}

const nameOf = (one: object) => (one as { metadata: { name: string } }).metadata.name;
const containerOf = (one: PodLike) => (one.spec.containers[0] as { name: string }).name;

/** What a kubelet's Summary API says of the pod, measured once a minute. */
function summary(one: PodLike & object, used: { layer?: number; logs?: number; volume?: number }, measuredAt: number) {
  const time = new Date(measuredAt).toISOString();
  const { layer = 0, logs = 0, volume = 0 } = used;
  return JSON.stringify({
    node: { nodeName: "node-1" },
    pods: [
      {
        podRef: { name: nameOf(one), namespace: "shop", uid: "1" },
        containers: [
          { name: containerOf(one), rootfs: { time, usedBytes: layer }, logs: { time, usedBytes: logs } },
          { name: "no-figures" },
        ],
        volume: [
          { name: "spool", time, usedBytes: volume },
          { name: "data", time, usedBytes: 5e9, pvcRef: { name: "data", namespace: "shop" } },
        ],
        "ephemeral-storage": { time, usedBytes: layer + logs + volume },
      },
    ],
  });
}

interface Told {
  readonly at: number;
  readonly title: string;
  readonly summary: string;
}

/** Lets minutes pass in which local storage is used as told, MiB by minutes; the first incident, if any. */
function first(
  one: ReturnType<typeof limited>,
  minutes: number,
  used: (minutes: number) => { layer?: number; logs?: number; volume?: number },
  tickMs = 15_000,
): Told | undefined {
  const world: World = createWorld({ start, tickMs });
  world.put(...deployment({ app: "web" }), one);
  const parser = createSummaryParser({ job: "kubelet-summary", node: "node-1" });
  const newest = new Map<object, number>();
  let told: Told | undefined;
  world.run(minutes * 60_000, (at) => {
    const [incident] = world.engine.incidents();
    if (incident && !told)
      told = { at: (at - start) / 60_000, title: incident.title, summary: incident.anomalies[0]?.summary ?? "" };
    const measuredAt = start + Math.floor((at - start) / 60_000) * 60_000;
    const mib = used((measuredAt - start) / 60_000);
    const bytes = Object.fromEntries(Object.entries(mib).map(([key, value]) => [key, value * Mi]));
    const samples = parser.parse(summary(one, bytes, measuredAt), at).filter((sample) => {
      const isNew = sample.at > (newest.get(sample.series) ?? 0);
      newest.set(sample.series, sample.at);
      return isNew;
    });
    world.engine.ingest({ type: "samples", at, samples });
  });
  return told;
}

describe("a pod that will be evicted for its local storage is told before it is", () => {
  test.each([
    {
      name: "a container writes into its own layer",
      pod: limited("500Mi"),
      used: (m: number) => ({ layer: 100 + 20 * m }),
      says: /Container .* uses \d+ MiB of local storage .* limit for ephemeral-storage of 500Mi/,
      fullAfter: 20,
    },
    {
      name: "a container logs more than is rotated away",
      pod: limited("200Mi"),
      used: (m: number) => ({ layer: 40, logs: 30 + 6 * m }),
      says: /Container .* limit for ephemeral-storage of 200Mi/,
      fullAfter: 21,
    },
    {
      name: "an emptyDir fills",
      pod: limited(undefined, "300Mi"),
      used: (m: number) => ({ volume: 60 + 12 * m }),
      says: /Volume spool .* sizeLimit of 300Mi/,
      fullAfter: 20,
    },
    {
      name: "layer and volume together are more than the containers may use",
      pod: limited("400Mi", "1Gi"),
      used: (m: number) => ({ layer: 100, volume: 50 + 12 * m }),
      says: /All of pod .* limit for ephemeral-storage of 400Mi/,
      fullAfter: 20,
    },
  ])("$name", ({ pod: one, used, says, fullAfter }) => {
    const told = first(one, fullAfter, used);
    expect(told?.title).toMatch(
      /web will be evicted for its local storage in about \d+ min( \(\d+ (min )?to \d+ (min|h)\))? from \d\d:\d\d UTC/,
    );
    expect(told?.summary).toMatch(says);
    expect(told?.at).toBeLessThan(fullAfter - 5);
    // The moment lies within the interval, give or take the minute between two measurements.
    const [, only, soonest = only, latest = only] =
      /about (\d+) min(?: \((\d+) to (\d+) min\))?/.exec(told?.title ?? "") ?? [];
    const left = fullAfter - (told?.at ?? 0);
    expect(Number(soonest)).toBeLessThanOrEqual(left + 2);
    expect(Number(latest)).toBeGreaterThanOrEqual(left - 2);
  });

  test("with scrapes of five seconds as well", () => {
    expect(first(limited("500Mi"), 20, (m) => ({ layer: 100 + 20 * m }), 5_000)?.at).toBeLessThan(15);
  });
});

describe("nothing is told of", () => {
  test.each([
    {
      name: "a pod that may use what there is",
      pod: limited(undefined),
      used: (m: number) => ({ layer: 100 + 40 * m }),
    },
    { name: "use that is high and steady", pod: limited("200Mi"), used: () => ({ layer: 185 }) },
    {
      name: "logs that are rotated",
      pod: limited("200Mi"),
      used: (m: number) => ({ layer: 20, logs: 10 * (1 + (m % 5)) }),
    },
    {
      name: "a cache that is filled once",
      pod: limited("200Mi"),
      used: (m: number) => ({ layer: 20 + 120 * (1 - Math.exp(-m / 3)) }),
    },
    { name: "one large file", pod: limited("200Mi"), used: (m: number) => ({ layer: m < 10 ? 20 : 150 }) },
    { name: "growth that takes a day", pod: limited("2Gi"), used: (m: number) => ({ layer: 1_200 + 0.4 * m }) },
    {
      name: "volumes for which there is room in what a sidecar may use",
      pod: besideSidecar(limited("400Mi", "10Gi"), "20Gi"),
      used: (m: number) => ({ layer: 100, volume: 50 + 12 * m }),
    },
    {
      name: "an emptyDir without a limit",
      pod: { ...limited(undefined), spec: { ...limited(undefined).spec, volumes: [{ name: "spool", emptyDir: {} }] } },
      used: (m: number) => ({ volume: 50 + 30 * m }),
    },
  ])("$name", ({ pod: one, used }) => {
    expect(first(one, 40, used)).toBeUndefined();
  });
});

test("only kubelets of nodes with limited pods are asked", () => {
  const on = (node: string, one: ReturnType<typeof limited>) =>
    ({ ...one, spec: { ...one.spec, nodeName: node } }) as never;
  const pods = [
    on("a", limited("1Gi")),
    on("b", limited(undefined)),
    on("c", limited(undefined, "1Gi")),
    on("d", besideSidecar(limited(undefined), "1Gi")),
  ];
  expect(summaryTargets(pods, ["a", "b", "c", "d", "e"]).map((target) => target.kind !== "pod" && target.node)).toEqual(
    ["a", "c", "d"],
  );
});

describe("an answer of a kubelet", () => {
  test.each(["", "{", "[]", '{"pods": 7}', "<html>", '{"pods":[{"podRef":{}}]}'])("%j is counted, not used", (text) => {
    const parser = createSummaryParser({ node: "n" });
    expect(parser.parse(text, start)).toEqual([]);
    expect(parser.malformed).toBe(1);
  });

  test("with more series than may be followed is cut", () => {
    const parser = createSummaryParser({ node: "n" }, { maxSeries: 2 });
    const pods = Array.from({ length: 5 }, (_, i) => ({
      podRef: { name: `p${i}`, namespace: "shop" },
      "ephemeral-storage": { usedBytes: 1 },
    }));
    expect(parser.parse(JSON.stringify({ pods }), start)).toHaveLength(2);
    expect(parser.refused).toBe(3);
  });
});
