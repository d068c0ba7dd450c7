import { createSeriesStore } from "../../src/cluster/series-store.ts";
import { createDeriver } from "../../src/detection/collect/derive/derive.ts";
import { createExpositionParser } from "../../src/detection/collect/scrape/parse-exposition.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const nodes = 20;
const podsPerNode = 25;
const appPods = 100;
const buckets = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
const warmUpScrapes = 5;
const scrapes = 21;
const scrapeMs = 15_000;

/** What a kubelet exposes of 25 pods: 12 rows each, 6,000 in all nodes. */
function kubeletText(node: number, n: number): string {
  const lines: string[] = [];
  for (let p = 0; p < podsPerNode; p++) {
    const pod = `namespace="team-${p % 5}",pod="svc-${node}-${p}-abc"`;
    const container = `{container="app",${pod}}`;
    const nic = `{interface="eth0",${pod}}`;
    lines.push(
      `container_cpu_usage_seconds_total${container} ${(n * 1.5 + p).toFixed(6)}`,
      `container_cpu_cfs_periods_total${container} ${n * 150}`,
      `container_cpu_cfs_throttled_periods_total${container} ${n * 3}`,
      `container_spec_cpu_quota${container} 50000`,
      `container_spec_cpu_period${container} 100000`,
      `container_memory_working_set_bytes${container} ${2e8 + n * 4_096}`,
      `container_spec_memory_limit_bytes${container} 4e+08`,
      `container_processes${container} 12`,
      `container_network_receive_bytes_total${nic} ${n * 750_000}`,
      `container_network_transmit_bytes_total${nic} ${n * 450_000}`,
      `container_network_receive_errors_total${nic} 0`,
      `container_network_transmit_errors_total${nic} 0`,
    );
  }
  return lines.join("\n");
}

/** What an application exposes: 40 rows, 4,000 in all pods. */
function applicationText(n: number): string {
  const lines: string[] = [];
  for (const route of ["/", "/items", "/cart"]) {
    for (const [i, le] of buckets.entries())
      lines.push(`http_request_duration_seconds_bucket{route="${route}",le="${le}"} ${n * (i + 1) * 10}`);
    lines.push(`http_request_duration_seconds_sum{route="${route}"} ${(n * 2.5).toFixed(3)}`);
  }
  lines.push(`process_resident_memory_bytes 1.5e+08`);
  return lines.join("\n");
}

/**
 * One scrape of 10,000 raw series from 120 targets, a median of 21: reading the text, and deriving rates, ratios and
 * quantiles from what was read, on one core.
 */
export async function benchIngest(): Promise<BenchRow[]> {
  const store = createSeriesStore();
  const deriver = createDeriver({
    series: store,
    workloadOf: (_namespace, pod) => ({ workload: pod.replace(/-[^-]+$/, ""), createdAt: 0 }),
  });
  const kubelets = Array.from({ length: nodes }, (_, i) =>
    createExpositionParser({ job: "cadvisor", node: `node-${i}`, instance: `node-${i}` }),
  );
  const applications = Array.from({ length: appPods }, (_, i) =>
    createExpositionParser({ job: "pods", namespace: "team-1", pod: `shop-${i % 50}-${i}`, instance: `10.0.0.${i}` }),
  );
  const reading: number[] = [];
  const deriving: number[] = [];
  let series = 0;
  for (let n = 0; n < warmUpScrapes + scrapes; n++) {
    const at = Date.UTC(2026, 10, 20) + n * scrapeMs;
    const texts = kubelets.map((_, node) => kubeletText(node, n));
    const text = applicationText(n);
    let samples: ReturnType<(typeof kubelets)[number]["parse"]>[] = [];
    const readMs = await timed(() => {
      samples = [
        ...kubelets.map((parser, node) => parser.parse(texts[node] ?? "", at)),
        ...applications.map((parser) => parser.parse(text, at)),
      ];
    });
    const deriveMs = await timed(() => {
      for (const some of samples) deriver.take(some, at);
      deriver.flush(at);
    });
    series = samples.reduce((sum, some) => sum + some.length, 0);
    if (n < warmUpScrapes) continue;
    reading.push(readMs);
    deriving.push(deriveMs);
  }
  if (series !== 10_000) throw new Error(`the benchmark reads ${series} series, not 10,000`);
  return [
    { name: "ingest: read 10,000 samples of a scrape", value: rounded(median(reading)), unit: "ms" },
    { name: "ingest: derive from 10,000 series", value: rounded(median(deriving)), unit: "ms" },
    { name: "ingest: derived series", value: store.size, unit: "series" },
  ];
}
