import type { Signal } from "../../src/cluster/signal.ts";
import { type PrometheusReader, prometheusSource } from "../../src/detection/collect/prometheus/prometheus.ts";
import { intervalQuery, newestSampleQuery } from "../../src/detection/collect/prometheus/server-queries.ts";
import { createManualClock } from "./manual-clock.ts";

/** When the clock of `run` begins. */
export const start = Date.parse("2026-11-20T22:00:00Z");
export const second = 1_000;
export type Element = { labels: Record<string, string>; value: number };
/** What a query is answered with, or how it fails. */
export type Answer = Element[] | Error;

/** A server that scrapes every 15 s and knows two pods; `change` may answer a query in its place. */
export function server(change: (expr: string, at: number) => Answer | undefined = () => undefined) {
  const asked: string[] = [];
  const pods = (value: number, more: Record<string, string> = {}) =>
    ["web-1", "web-2"].map((pod) => ({ labels: { namespace: "shop", pod, ...more }, value }));
  const normal = (expr: string, at: number): Element[] => {
    if (expr === newestSampleQuery) return [{ labels: {}, value: at / second - 3 }];
    if (expr === intervalQuery) return [{ labels: {}, value: 15 }];
    if (expr.includes("http_requests_total"))
      return [...pods(2, { code: "200", route: "/" }), ...pods(0.5, { code: "500", route: "/" })];
    if (expr.startsWith("min by (namespace,pod) (up")) return pods(1);
    return [];
  };
  const reader: PrometheusReader = {
    async query(expr, { at }) {
      asked.push(expr);
      const answer = change(expr, at) ?? normal(expr, at);
      if (answer instanceof Error) throw answer;
      return { result: answer, warnings: [] };
    },
    async labelValues(_label, { to }) {
      const answer = change("names", to);
      if (answer instanceof Error) throw answer;
      return { result: ["http_requests_total", "go_goroutines", "up"] };
    },
  };
  return { reader, asked };
}

/** The source in rounds over `ms` of a clock of its own; what it emitted. */
export async function run(
  reader: PrometheusReader,
  ms: number,
  options: {
    namespaces?: string[];
    matchers?: Record<string, string>;
    onSignal?: (signal: Signal) => void;
    onTick?: (at: number) => void;
  } = {},
) {
  const clock = createManualClock(start);
  const stopping = new AbortController();
  const signals: Signal[] = [];
  const running = prometheusSource({
    reader,
    clock,
    signal: stopping.signal,
    namespaces: options.namespaces ?? [],
    ...(options.matchers ? { matchers: options.matchers } : {}),
    workloadOf: (namespace, pod) =>
      namespace === "shop" && pod.startsWith("web-") ? { workload: "web", createdAt: 0 } : undefined,
    emit(signal) {
      signals.push(signal);
      options.onSignal?.(signal);
    },
  });
  for (let passed = 0; passed < ms; passed += 15_000) {
    await clock.advance(15_000);
    options.onTick?.(clock.now());
  }
  stopping.abort();
  await running;
  return signals;
}
