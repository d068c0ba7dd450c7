import { createScorer } from "../../src/detection/metrics/univariate/scorer.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const points = 50_000;
const rounds = 5;
const stepMs = 300_000;

/** Half a year of five-minute points with a day, a week, noise and some spikes. */
function series(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: points }, (_, i) => {
    const day = Math.sin((2 * Math.PI * i) / 288);
    const week = Math.sin((2 * Math.PI * i) / 2_016);
    return 50 + 20 * day + 5 * week + 4 * random() + (random() < 0.001 ? 60 : 0);
  });
}

/** The scorer behind `kubemend detect`, a point at a time. Median of 5 series on one core. */
export async function benchScorer(): Promise<BenchRow[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const values = series(round + 1);
    const scorer = createScorer();
    let highest = 0;
    const ms = await timed(() => {
      for (let i = 0; i < points; i++) highest = Math.max(highest, scorer.push(i * stepMs, values[i] as number));
    });
    if (!(highest > 0.5)) throw new Error("the scorer has not noticed a spike of three times the range");
    if (round > 0) times.push(ms);
  }
  return [{ name: "scorer: one point of one series", value: rounded((median(times) / points) * 1_000), unit: "µs" }];
}
