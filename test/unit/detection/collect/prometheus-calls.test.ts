import { expect, test } from "vitest";
import { createPrometheusClient } from "../../../../src/adapters/prometheus/prometheus-client.ts";
import { loadRecording, type RecordedSeries, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import { bothWays, recordingFolder, stretchOf } from "../../../support/both-ways.ts";
import { findProgram, startPrometheus } from "../../../support/prometheus-server.ts";

const [prometheus, promtool] = await Promise.all([findProgram("prometheus"), findProgram("promtool")]);

/** What a collector of traces, a mesh and its proxies tell of the sample shop's calls, which tells them by no such metric itself. */
function toldByOthers({ start, end, series }: Recording): RecordedSeries[] {
  const web = series.find(({ name, labels }) => name === "up" && labels["app"] === "frontend");
  if (!web) throw new Error("the recording has no frontend");
  const { namespace = "", pod = "" } = web.labels;
  const times = Array.from({ length: Math.floor((end - start) / 5_000) }, (_, i) => start + i * 5_000 + 300);
  const made = (name: string, labels: Readonly<Record<string, string>>, step: number): RecordedSeries => ({
    name,
    labels,
    times: Float64Array.from(times),
    values: Float64Array.from(times, (_, i) => i * step),
  });
  const collector = { job: "pods", instance: "10.9.9.9:8889", namespace: "monitoring", pod: "collector-0" };
  const graph = { ...collector, client: "catalogue", server: "nowhere-db" };
  const mesh = {
    job: "federate",
    instance: "mesh:80",
    reporter: "source",
    source_workload: "orders",
    source_workload_namespace: namespace,
    destination_service_name: "ledger",
    destination_service_namespace: "bank",
  };
  const proxy = {
    ...web.labels,
    namespace,
    pod,
    direction: "outbound",
    dst_deployment: "far-side",
    dst_namespace: namespace,
  };
  const prefix = "traces_service_graph_request";
  return [
    made("up", collector, 0),
    made("up", { job: "federate", instance: "mesh:80" }, 0),
    made(`${prefix}_total`, graph, 40),
    made(`${prefix}_failed_total`, graph, 10),
    ...["0.1", "0.5", "+Inf"].map((le, i) => made(`${prefix}_server_seconds_bucket`, { ...graph, le }, 20 + 10 * i)),
    made(`${prefix}_server_seconds_sum`, graph, 8),
    made(`${prefix}_server_seconds_count`, graph, 40),
    made("istio_requests_total", { ...mesh, response_code: "200" }, 15),
    made("istio_requests_total", { ...mesh, response_code: "503" }, 5),
    made("istio_request_duration_milliseconds_sum", mesh, 400),
    made("istio_request_duration_milliseconds_count", mesh, 20),
    made("response_total", { ...proxy, classification: "success" }, 9),
    made("response_total", { ...proxy, classification: "failure" }, 1),
  ];
}

test.skipIf(!prometheus || !promtool)(
  "calls that traces and meshes tell of are the same scraped and asked for",
  async () => {
    const plain = await loadRecording(recordingFolder);
    const recording = { ...plain, series: [...plain.series, ...toldByOthers(plain)] };
    await using server = await startPrometheus(prometheus ?? "", promtool ?? "", recording.series);
    const rows = await bothWays(
      recording,
      createPrometheusClient({ url: server.url }),
      stretchOf(recording, 60_000, 240_000),
    );
    const last = (name: string, workload: string, peer: string) => {
      const row = rows.findLast(
        (one) => one.name === name && one.key.includes(`workload=${workload} `) && one.key.endsWith(`peer=${peer}`),
      );
      return [row?.scraped, row?.asked].map((value) => value && Number(value.toFixed(3)));
    };
    const both = (value: number) => [value, value];
    expect({
      graph: ["requests_per_second", "error_ratio", "latency_mean_seconds", "latency_p95_seconds"].map((what) =>
        last(`client_${what}`, "catalogue", "nowhere-db"),
      ),
      mesh: ["requests_per_second", "error_ratio", "latency_mean_seconds"].map((what) =>
        last(`client_${what}`, "orders", "ledger.bank"),
      ),
      proxy: ["requests_per_second", "error_ratio"].map((what) => last(`client_${what}`, "frontend", "far-side")),
    }).toEqual({
      graph: [both(8), both(0.25), both(0.2), both(0.5)],
      mesh: [both(4), both(0.25), both(0.02)],
      proxy: [both(2), both(0.1)],
    });
  },
);
