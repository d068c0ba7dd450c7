import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { train } from "../../../../src/cli/train.ts";
import { modelCardSchema, readModel } from "../../../../src/detection/metrics/forecast/model-file.ts";
import { pastOfSamples } from "../../../../src/detection/train/past-of-samples.ts";
import type { DeploymentSample, NodeSample, PodSample, SampleBatch } from "../../../../src/incident/cluster-sample.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";
import { insertSamples } from "../../../../src/store/cluster/samples.ts";
import { withDatabase } from "../../../support/postgres.ts";

const tickMs = 30_000;
const ticks = 360;
const start = Date.now() - (ticks + 2) * tickMs;
const none = {
  healthCpuRatio: null,
  healthMemoryRatio: null,
  healthErrorCount: null,
  healthUptimeSeconds: null,
  requestsPerSecond: null,
  errorRatio: null,
  latencyMeanSeconds: null,
};

/** Three hours of a namespace whose load goes up and down; one pod is part of an incident from tick 100 to 110. */
function captured(): SampleBatch {
  const random = seededRandom(11);
  const nodes: NodeSample[] = [];
  const pods: PodSample[] = [];
  const deployments: DeploymentSample[] = [];
  for (let n = 0; n < ticks; n++) {
    const at = start + n * tickMs;
    const load = 1 + 0.5 * Math.sin(n / 9) + 0.05 * random();
    nodes.push({
      at,
      label: "good",
      node: "node-1",
      ready: true,
      pods: 4,
      cpuRatio: 0.3 * load,
      memoryRatio: 0.4,
      filesystemRatio: null,
    });
    for (let p = 0; p < 4; p++) {
      const bad = p === 3 && n >= 100 && n <= 110;
      pods.push({
        ...none,
        at,
        label: bad ? "bad" : "good",
        namespace: "shop",
        pod: `web-${p}`,
        workload: "web",
        ready: !bad,
        restarts: 0,
        cpuCores: bad ? 9 : 0.2 * load + 0.02 * random(),
        cpuThrottledRatio: 0.1 * load * random(),
        memoryBytes: 1e8 + 2e7 * load,
        memoryLimitRatio: 0.5,
        networkReceiveBytesPerSecond: 5e4 * load,
        networkTransmitBytesPerSecond: 9e4 * load,
      });
    }
    deployments.push({
      at,
      label: "good",
      namespace: "shop",
      deployment: "web",
      desired: 4,
      available: 4,
      updated: 4,
      requestsPerSecond: 40 * load,
      errorsPerSecond: 0,
      errorRatio: 0,
      latencyP50Seconds: 0.02,
      latencyP95Seconds: 0.06,
      latencyMeanSeconds: 0.02 * load + 0.002 * random(),
    });
  }
  return { nodes, pods, deployments };
}

async function* pages<Row>(rows: readonly Row[], size = 1_000): AsyncGenerator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

describe("what captured samples teach", () => {
  const batch = captured();
  const input = {
    source: "test",
    scope: "shop",
    from: start,
    to: start + ticks * tickMs,
    tickMs,
  };
  const samples = () => ({
    nodes: pages(batch.nodes),
    deployments: pages(batch.deployments),
    pods: pages(batch.pods, 77),
  });

  test("series of nodes, deployments and pods, without what was not measured", async () => {
    const { past, seriesLeftOut } = await pastOfSamples({ ...input, samples: samples() });
    expect(seriesLeftOut).toBe(0);
    const count = (name: string) => past.series.filter(({ kind }) => kind.name === name).length;
    expect([count("node_cpu_ratio"), count("node_filesystem_ratio")]).toEqual([1, 0]);
    expect([count("requests_per_second"), count("container_cpu_cores")]).toEqual([1, 4]);
    expect([past.from, past.to]).toEqual([start, start + (ticks - 1) * tickMs]);
  });

  test("the stretch of an incident is left out of the series of its pod, with a margin, and of no other", async () => {
    const { past } = await pastOfSamples({ ...input, samples: samples() });
    const holes = past.series
      .filter(({ kind }) => kind.name === "container_cpu_cores")
      .map(({ values }) => [...values].flatMap((value, i) => (Number.isNaN(value) ? [i] : [])));
    expect(holes.map(({ length }) => length)).toEqual([0, 0, 0, 23]);
    expect([holes[3]?.at(0), holes[3]?.at(-1)]).toEqual([94, 116]);
  });

  test("more series than are taken are counted", async () => {
    const { past, seriesLeftOut } = await pastOfSamples({ ...input, samples: samples(), maxSeries: 10 });
    expect([past.series.length, seriesLeftOut]).toEqual([10, 15]);
  });
});

describe("kubemend train --from-database", () => {
  test("trains on what was captured of the configured cluster, and measures against the model that comes along", async () => {
    await using database = await withDatabase();
    const folder = await mkdtemp(join(tmpdir(), "kubemend-train-"));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
    await insertSamples(database, "east", captured());
    const config = join(folder, "kubemend.yaml");
    await writeFile(config, JSON.stringify({ cluster: "east", database: { url: database.url } }));
    const out = join(folder, "model");
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    try {
      await train({ fromDatabase: true, config, out, fineTune: true, force: true });
    } finally {
      spy.mockRestore();
    }
    expect((await readdir(out)).sort()).toEqual(["model.json", "weights.bin"]);
    const card = modelCardSchema.parse(JSON.parse(await readFile(join(out, "model.json"), "utf8")));
    expect(card.data.sources).toEqual(["captured of east"]);
    expect(card.data.pointsLeftOut).toBeGreaterThan(5 * 23 - 1);
    expect(card.training.startedFrom).not.toBe("random");
    expect(card.heldBack.gru).toBeLessThan(card.heldBack.persistence);
    expect(readModel(out).outcome).toBe("read");
    expect(written.join("")).toContain("captured of east");
    expect(written.join(""), "samples are further apart than scrapes").toContain("capture.seconds");
  });

  test("says so when there is nothing of this cluster", async () => {
    await using database = await withDatabase();
    const folder = await mkdtemp(join(tmpdir(), "kubemend-train-"));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
    const config = join(folder, "kubemend.yaml");
    await writeFile(config, JSON.stringify({ cluster: "west", database: { url: database.url } }));
    await expect(train({ fromDatabase: true, config, out: join(folder, "model") })).rejects.toMatchObject({
      code: "no-samples-in-database",
      exitCode: 2,
      remedy: expect.stringContaining("capture"),
    });
  });
});
