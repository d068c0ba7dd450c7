import { describe, expect, test } from "vitest";
import { diagnoseByRules } from "../../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { createWorld, type World } from "../../support/detect-objects.ts";
import { deployment, pod } from "../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const Gi = 2 ** 30;

const meta = (name: string) => ({ name, namespace: "shop", uid: name, creationTimestamp: "2026-11-01T00:00:00Z" });
const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: meta("data"),
  spec: { resources: { requests: { storage: "10Gi" } } },
  status: { phase: "Bound" },
};
const quota = (used: number) => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: meta("shop"),
  spec: { hard: { "count/configmaps": "100" } },
  status: { hard: { "count/configmaps": "100" }, used: { "count/configmaps": String(used) } },
});
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node-1", uid: "n" },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};
const mounts = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };

const gauge = (world: World, at: number, rows: readonly (readonly [string, Record<string, string>, number])[]) =>
  world.engine.ingest({
    type: "samples",
    at,
    samples: rows.map(([name, labels, value]) => ({ series: seriesOf(name, labels), value, at })),
  });
const interned = new Map<string, { name: string; labels: Record<string, string> }>();
function seriesOf(name: string, labels: Record<string, string>) {
  const found = interned.get(name) ?? { name, labels };
  interned.set(name, found);
  return found;
}

const volume = { namespace: "shop", persistentvolumeclaim: "data", node: "node-1" };
const disk = { node: "node-1", id: "/", device: "/dev/sda1" };
const process = { namespace: "shop", pod: "web-a1-x1", job: "pods" };

describe("what will run out has a cause and a fix before anything has failed", () => {
  test.each<[string, (world: World, seconds: number, at: number) => void, string, string, string]>([
    [
      "a volume",
      (world, seconds, at) =>
        gauge(world, at, [
          ["kubelet_volume_stats_capacity_bytes", volume, 10 * Gi],
          ["kubelet_volume_stats_used_bytes", volume, (6 + seconds / 600) * Gi],
        ]),
      "volume-full",
      "PersistentVolumeClaim/data",
      "expand-volume",
    ],
    [
      "the disk of a node",
      (world, seconds, at) =>
        gauge(world, at, [
          ["container_fs_limit_bytes", disk, 100 * Gi],
          ["container_fs_usage_bytes", disk, (55 + seconds / 60) * Gi],
        ]),
      "node-pressure",
      "Node/node-1",
      "",
    ],
    [
      "file descriptors",
      (world, seconds, at) =>
        gauge(world, at, [
          ["process_max_fds", process, 1_000],
          ["process_open_fds", process, 350 + seconds / 3],
        ]),
      "pool-exhausted",
      "Deployment/web",
      "restart",
    ],
    [
      "a quota",
      (world, seconds) => world.put(quota(60 + Math.floor(seconds / 30))),
      "quota-exceeded",
      "ResourceQuota/shop",
      "patch-quota",
    ],
  ])("%s", (_title, feed, cause, culprit, action) => {
    const world = createWorld({ start, tickMs: 10_000 });
    const [made, set] = deployment({ app: "web" }) as [{ spec: { template: { spec: object } } }, object];
    const template = { ...made.spec.template, spec: { ...made.spec.template.spec, ...mounts } };
    const one = pod({ app: "web", at: start - 600_000 }) as { spec: object };
    world.put({ ...made, spec: { ...made.spec, template } }, set, { ...one, spec: { ...one.spec, ...mounts } });
    world.put(claim, node);
    world.run(8 * 60_000, (at) => feed(world, (at - start) / 1_000, at));
    const incidents = world.engine.incidents();
    expect(incidents).toHaveLength(1);
    const [incident] = incidents;
    if (!incident) return;
    const { diagnosis, recommendations } = diagnoseByRules({
      incident,
      observation: world.observation,
      now: world.now(),
      redact: createRedactor({ salt: "test" }).redact,
      version: 1,
    });
    const [first] = diagnosis.hypotheses;
    expect([first?.cause, `${first?.culprit.kind}/${first?.culprit.name}`]).toEqual([cause, culprit]);
    expect(first?.evidence.length).toBeGreaterThan(0);
    if (action !== "") expect(recommendations.map((item) => item.action)).toContain(action);
  });
});
