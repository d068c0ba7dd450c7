import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import type { RawSeries, Signal } from "../../src/cluster/signal.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { diagnoseByRules } from "../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { deployment, pod, service } from "../support/small-shop.ts";
import { type BenchRow, rounded } from "./row.ts";

const services = 50;
const pods = 2;
const logLines = 100_000;
const rounds = 40;
const tickMs = 15_000;
const quietMs = 20 * 60_000;
const start = Date.parse("2026-11-20T12:00:00Z");

const appOf = (i: number) => `app-${i % services}`;
const podOf = (i: number, replica: number) => `${appOf(i)}-a1-x${replica}`;

/** A chain of services with as many log lines as goal and store allow, one of which begins to fail. */
function* signals(failsAt: number, until: number): Generator<Signal> {
  const raw: { series: RawSeries; step: number; value: number; app: number }[] = [];
  for (let w = 0; w < services; w++) {
    const app = appOf(w);
    const live = Array.from({ length: pods }, (_, r) => pod({ app, suffix: `x${r}`, at: start - 600_000 }));
    for (const object of [...deployment({ app, replicas: pods }), service(app), ...live])
      yield { type: "object", at: start, change: "ADDED", object: object as KubeObject };
    for (let r = 0; r < pods; r++) {
      const target = { namespace: "shop", pod: podOf(w, r), job: "pods" };
      const add = (name: string, labels: Record<string, string>, step: number) =>
        raw.push({ series: { name, labels: { ...target, ...labels } }, step, value: 0, app: w });
      add("http_requests_total", { code: "200" }, 150);
      add("http_requests_total", { code: "500" }, 0);
      add("http_client_requests_total", { peer: appOf(w + 1), code: "200" }, 150);
      add("http_client_request_duration_seconds_sum", { peer: appOf(w + 1) }, 1.5);
      add("http_client_request_duration_seconds_count", { peer: appOf(w + 1) }, 150);
      add("http_request_duration_seconds_sum", {}, 1.5);
      add("http_request_duration_seconds_count", {}, 150);
    }
  }
  const ticks = Math.floor((until - start) / tickMs);
  const perTick = Math.ceil(logLines / ticks);
  let written = 0;
  for (let i = 1; i <= ticks; i++) {
    const at = start + i * tickMs;
    const broken = at >= failsAt;
    for (let n = 0; n < perTick; n++, written++) {
      const w = written % services;
      const bad = broken && w === services - 1 && n % 2 === 0;
      yield {
        type: "log",
        at: at - tickMs + (n * tickMs) / perTick,
        line: {
          at: at - tickMs + (n * tickMs) / perTick,
          namespace: "shop",
          pod: podOf(w, written % pods),
          container: "app",
          line: bad
            ? `level=error msg="cannot serve /items/${written}: TypeError: x is undefined" trace=${written.toString(16)}`
            : `level=info msg="GET /items/${written % 977}" status=200 ms=${written % 37} trace=${written.toString(16)}`,
        },
      };
    }
    for (const one of raw) {
      const fails = broken && one.app === services - 1 && one.series.labels.code === "500";
      one.value += fails ? 80 : one.step;
    }
    yield { type: "samples", at, samples: raw.map(({ series, value }) => ({ series, value, at })) };
  }
}

/** From an incident to its diagnosis by rules: 50 services that call each other in a chain, 100,000 log lines observed. */
export function benchDiagnosis(): BenchRow[] {
  const observation = createObservation({
    cluster: "bench",
    logs: { linesPerContainer: Math.ceil((2 * logLines) / (services * pods)) },
  });
  let ids = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++ids), learnMs: 300_000, tickMs });
  const failsAt = start + quietMs;
  let next = start + tickMs;
  for (const signal of signals(failsAt, failsAt + 5 * 60_000)) {
    for (; signal.at > next; next += tickMs) engine.tick(next);
    engine.ingest(signal);
  }
  engine.tick(next);
  const [incident] = engine.incidents();
  if (!incident) throw new Error("the fault of the benchmark raised no incident");
  let lines = 0;
  for (let w = 0; w < services; w++)
    for (let r = 0; r < pods; r++) lines += observation.logs.lines({ namespace: "shop", pod: podOf(w, r) }).length;
  if (lines < logLines) throw new Error(`only ${lines} of ${logLines} log lines are held`);
  const { redact } = createRedactor({ salt: "bench" });
  const times: number[] = [];
  for (let version = 1; version <= rounds; version++) {
    const began = performance.now();
    const { diagnosis } = diagnoseByRules({ incident, observation, now: next, redact, version });
    times.push(performance.now() - began);
    if (diagnosis.hypotheses[0]?.culprit.name !== appOf(services - 1)) throw new Error("the wrong workload is blamed");
  }
  times.sort((a, b) => a - b);
  return [
    {
      name: "diagnosis: 50 services, 100,000 log lines, p95",
      value: rounded(times[Math.ceil(rounds * 0.95) - 1] ?? 0),
      unit: "ms",
    },
  ];
}
