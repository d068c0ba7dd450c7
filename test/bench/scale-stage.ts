import { resourceUsage } from "node:process";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import type { RawSeries } from "../../src/cluster/signal.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { deployment, pod, service } from "../support/small-shop.ts";

// In a process of its own: what it holds is measured from outside of everything else. Arguments: pods, and whether they are
// its own to judge or only known as the neighbours of its own.
const pods = Number(process.argv[2]);
const own = process.argv[3] !== "known";
const ticks = 24;
const replicas = 10;
const tickMs = 15_000;

globalThis.gc?.();
const before = process.memoryUsage.rss();
let now = Date.parse("2026-11-20T12:00:00Z");
let ids = 0;
const engine = createDetectionEngine({
  observation: createObservation({ cluster: "big" }),
  nextId: () => String(++ids),
  learnMs: 120_000,
  share: { owns: () => own, reads: () => own },
});
const raw: { series: RawSeries; step: number; value: number }[] = [];
for (let w = 0; w < pods / replicas; w++) {
  const app = `app-${w}`;
  const list = Array.from({ length: replicas }, (_, r) => pod({ app, suffix: `x${r}`, at: now - 600_000 }));
  for (const object of [...deployment({ app, replicas }), service(app), ...list])
    engine.ingest({ type: "object", at: now, change: "ADDED", object: object as KubeObject });
  if (!own) continue;
  for (let r = 0; r < replicas; r++) {
    const name = `${app}-a1-x${r}`;
    const target = { namespace: "shop", pod: name, job: "pods" };
    const container = { namespace: "shop", pod: name, container: "app", node: `n${r}` };
    const add = (metric: string, labels: Record<string, string>, step: number, value = 0) =>
      raw.push({ series: { name: metric, labels }, step, value });
    add("http_requests_total", { ...target, code: "200", route: "/" }, 10);
    add("http_request_duration_seconds_sum", { ...target, route: "/" }, 0.1);
    add("http_request_duration_seconds_count", { ...target, route: "/" }, 10);
    add("container_cpu_usage_seconds_total", container, 1);
    add("container_memory_working_set_bytes", container, 0, 60 * 2 ** 20);
    add("container_spec_memory_limit_bytes", container, 0, 128 * 2 ** 20);
  }
}
const ms: number[] = [];
const cpuMs: number[] = [];
const cpu = () => (resourceUsage().userCPUTime + resourceUsage().systemCPUTime) / 1_000;
for (let i = 0; i < ticks; i++) {
  now += tickMs;
  for (const one of raw) one.value += one.step;
  const from = cpu();
  engine.ingest({ type: "samples", at: now, samples: raw.map(({ series, value }) => ({ series, value, at: now })) });
  engine.tick(now);
  cpuMs.push(cpu() - from);
  ms.push(engine.stats.lastTickMs);
}
globalThis.gc?.();
const middle = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
console.log(
  JSON.stringify({
    tickMs: middle(ms),
    cpuMs: middle(cpuMs),
    mebibytes: (process.memoryUsage.rss() - before) / 2 ** 20,
    series: engine.stats.series,
  }),
);
