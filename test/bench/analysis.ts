import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { analyzeRecording } from "../../src/app/diagnosis/analyze-recording.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const rounds = 3;
const folder = join(import.meta.dirname, "../recordings");

/** Detection and diagnosis of whole recordings, without reading the files. Medians of 3 after one to warm up. */
export async function benchAnalysis(): Promise<BenchRow[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const rows: BenchRow[] = [];
  for (const name of names.sort()) {
    const recording = await loadRecording(join(folder, name));
    const { header, start, end } = recording;
    const analyze = () =>
      analyzeRecording({
        cluster: header.name,
        start,
        end,
        tickMs: header.scrapeIntervalSeconds * 1_000,
        signals: recordedSignals(recording),
      });
    if (rows.length === 0) await analyze();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timed(analyze));
    const minutes = Math.round((end - start) / 60_000);
    rows.push({
      name: `analysis: ${name} (${minutes} min recorded)`,
      value: rounded(median(times) / 1_000),
      unit: "s",
    });
  }
  return rows;
}
