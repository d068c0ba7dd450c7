import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const Gi = 2 ** 30;

interface Told {
  /** Minutes after the start. */
  readonly at: number;
  readonly title: string;
  readonly family: string | undefined;
}

/** Runs a world whose gauges follow a share of something (by seconds since the start); what was told first. */
function first(minutes: number, tickMs: number, feed: (world: World, seconds: number, at: number) => void) {
  const world = createWorld({ start, tickMs });
  world.put(...deployment({ app: "web" }), {
    ...pod({ app: "web", at: start }),
  });
  let told: Told | undefined;
  world.run(minutes * 60_000, (at) => {
    const [incident] = world.engine.incidents();
    if (incident && !told)
      told = { at: (at - start) / 60_000, title: incident.title, family: incident.anomalies[0]?.family };
    feed(world, (at - start) / 1_000, at);
  });
  return told;
}

const disk = { node: "node-1", id: "/", device: "/dev/sda1", job: "cadvisor" };
const claim = { namespace: "shop", persistentvolumeclaim: "data-db-0", node: "node-1", job: "kubelet" };
const process = { namespace: "shop", pod: "web-a1-x1", job: "pods", instance: "10.0.0.1:8080" };
const gauges = {
  disk: [
    { name: "container_fs_limit_bytes", labels: disk },
    { name: "container_fs_usage_bytes", labels: disk },
    100 * Gi,
  ],
  volume: [
    { name: "kubelet_volume_stats_capacity_bytes", labels: claim },
    { name: "kubelet_volume_stats_used_bytes", labels: claim },
    10 * Gi,
  ],
  files: [{ name: "process_max_fds", labels: process }, { name: "process_open_fds", labels: process }, 1_048],
} as const;

function filled(what: keyof typeof gauges, share: (seconds: number) => number, minutes: number, tickMs = 10_000) {
  const [whole, part, size] = gauges[what];
  return first(minutes, tickMs, (world, seconds, at) =>
    world.engine.ingest({
      type: "samples",
      at,
      samples: [
        { series: whole, value: size, at },
        { series: part, value: size * share(seconds), at },
      ],
    }),
  );
}

/** Noise that is the same in every run, -1..1. */
const noise = (seconds: number) => Math.sin(seconds * 12.9898) * Math.cos(seconds * 4.1414);

describe("what fills up is told before it is full, with the time that is left", () => {
  test.each([
    [
      "disk",
      (s: number) => 0.55 + s / 6_000,
      /Node node-1 will run out of disk in about \d+ min( \(\d+ (min )?to \d+ (min|h)\))? from \d\d:\d\d UTC/,
      20,
    ],
    [
      "volume",
      (s: number) => 0.6 + s / 6_000,
      /PersistentVolumeClaim data-db-0 will be full in about \d+ min( \(\d+ (min )?to \d+ (min|h)\))? from \d\d:\d\d UTC/,
      25,
    ],
    [
      "files",
      (s: number) => 0.35 + s / 3_000,
      /web will run out of file descriptors in about \d+ min( \(\d+ (min )?to \d+ (min|h)\))? from \d\d:\d\d UTC/,
      20,
    ],
  ] as const)("%s", (what, share, title, before) => {
    const told = filled(what, share, before);
    expect(told?.title).toMatch(title);
    expect(told?.family).toBe("prediction");
    expect(told?.at).toBeLessThan(before / 2);
  });

  test("a disk, with the pod that fills it", () => {
    const writer = {
      namespace: "shop",
      pod: "web-a1-x1",
      container: "app",
      node: "node-1",
      id: "/y",
      device: "/dev/sda1",
    };
    const written = { name: "container_fs_usage_bytes", labels: writer };
    const [whole, part, size] = gauges.disk;
    const world = createWorld({ start, tickMs: 10_000 });
    const one = pod({ app: "web", at: start }) as { spec: object };
    world.put(...deployment({ app: "web" }), { ...one, spec: { ...one.spec, nodeName: "node-1" } });
    world.run(10 * 60_000, (at) => {
      const share = 0.55 + (at - start) / 6_000_000;
      const samples = [
        { series: whole, value: size, at },
        { series: part, value: size * share, at },
        { series: written, value: 0.9 * size * (share - 0.55), at },
      ];
      world.engine.ingest({ type: "samples", at, samples });
    });
    const [incident] = world.engine.incidents();
    expect(incident?.target).toMatchObject({ kind: "Node", name: "node-1" });
    expect(incident?.anomalies[0]?.summary).toMatch(/pod web-a1-x1 has written \d+ MiB of it/);
    expect(incident?.affected.map(({ name }) => name)).toContain("web");
  });

  test("through noise, the interval holds the moment at which it is full", () => {
    const told = filled("volume", (s) => 0.6 + s / 6_000 + 0.004 * noise(s), 20);
    const [, soonest, latest] = /\((\d+) to (\d+) min\)/.exec(told?.title ?? "") ?? [];
    const left = (0.4 * 6_000) / 60 - (told?.at ?? 0);
    expect(Number(soonest)).toBeLessThanOrEqual(left + 1);
    expect(Number(latest)).toBeGreaterThanOrEqual(left - 1);
  });

  test("a ramp after an hour of calm", () => {
    const told = filled("volume", (s) => 0.6 + Math.max(0, s - 3_600) / 3_000, 80, 15_000);
    expect(told?.at).toBeGreaterThan(60);
    expect(told?.at).toBeLessThan(70);
  });

  test.each([
    ["a level that is high and steady", (s: number) => 0.84 + 0.004 * noise(s)],
    ["growth that flattens", (s: number) => 0.6 + 0.15 * (1 - Math.exp(-s / 300))],
    ["one step", (s: number) => (s < 600 ? 0.5 : 0.75) + 0.002 * noise(s)],
    ["a step that takes a minute", (s: number) => 0.5 + 0.25 * Math.min(1, Math.max(0, (s - 600) / 60))],
    ["growth that would take a day", (s: number) => 0.6 + s / 200_000],
    ["a slow swing", (s: number) => 0.65 + 0.08 * Math.sin(s / 250)],
    ["use that goes down", (s: number) => 0.8 - s / 6_000],
    ["what is small", (s: number) => 0.05 + s / 20_000],
  ])("%s is no exhaustion of a volume", (_title, share) => {
    expect(filled("volume", share, 40)).toBeUndefined();
  });

  test("logs that are rotated again and again are told at most before their first turn", () => {
    const share = (s: number) => 0.3 + ((s % 600) / 600) * 0.15;
    expect(filled("volume", share, 60)).toBeUndefined();
  });

  test("a process that restarts and opens its files again", () => {
    const share = (s: number) => 0.35 * (1 - Math.exp(-(s % 400) / 40));
    expect(filled("files", share, 40)).toBeUndefined();
  });

  test("a source that goes silent foretells nothing", () => {
    const [whole, part, size] = gauges.volume;
    const told = first(30, 10_000, (world, seconds, at) => {
      if (seconds > 120) return;
      const value = size * (0.5 + seconds / 6_000);
      world.engine.ingest({
        type: "samples",
        at,
        samples: [
          { series: whole, value: size, at },
          { series: part, value, at },
        ],
      });
    });
    expect(told?.family).not.toBe("prediction");
  });
});

describe("quotas", () => {
  const quota = (used: number, resource = "count/configmaps") => ({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "shop", namespace: "shop", uid: "q" },
    spec: { hard: { [resource]: "100" } },
    status: { hard: { [resource]: "100" }, used: { [resource]: String(used) } },
  });
  const quotaTold = (used: (seconds: number) => number, minutes: number, resource?: string, scaling = false) =>
    first(minutes, 10_000, (world, seconds) => {
      world.put(quota(Math.round(used(seconds)), resource));
      if (scaling) world.put(...deployment({ app: "web", replicas: 20, available: Math.min(19, 1 + seconds / 30) }));
    });

  test("steady growth is told with the time that is left", () => {
    const told = quotaTold((s) => 50 + Math.floor(s / 30), 20);
    expect(told?.title).toMatch(
      /ResourceQuota shop will allow no more count\/configmaps in about \d+ min( \(\d+ (min )?to \d+ (min|h)\))? from \d\d:\d\d UTC/,
    );
    expect(told?.family).toBe("prediction");
    expect(told?.at).toBeLessThan(10);
  });

  test.each([
    ["a use that stays", () => 95],
    ["one step", (s: number) => (s < 300 ? 40 : 90)],
    ["growth that pauses", (s: number) => 60 + Math.min(4, Math.floor(s / 30))],
    ["a use that goes up and down", (s: number) => 80 + 5 * Math.sin(s / 60)],
    ["growth that would take a day", (s: number) => 65 + Math.floor(s / 300) * 0.001],
  ])("%s is no exhaustion", (_title, used) => expect(quotaTold(used, 30)).toBeUndefined());

  test("pods of a workload that is being brought to its size are not on their way to the limit", () => {
    const told = quotaTold((s) => 62 + Math.floor(s / 30), 10, "pods", true);
    expect(told?.family).not.toBe("prediction");
    expect(quotaTold((s) => 62 + Math.floor(s / 30), 10, "pods")?.family).toBe("prediction");
  });
});
