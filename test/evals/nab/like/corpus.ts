import { adPrice } from "./ad-exchange.ts";
import { calmSeries, upsetSeries } from "./daily-shapes.ts";
import type { MadeSeries } from "./made-series.ts";
import { mentionVolume } from "./mentions.ts";
import { roadSensor } from "./traffic.ts";

/**
 * Made-up series of the kinds that the benchmark's documentation names and that are not at hand: as many of each kind as it
 * has. Another seed, another corpus.
 */
export function likeCorpus(seed: number): readonly MadeSeries[] {
  let next = seed * 1_000;
  return [
    ...(["day", "day-with-noise", "square-day", "flat", "noise"] as const).map((kind) => calmSeries(++next, kind)),
    ...(["flat-middle", "jump-down", "jump-up", "no-jump", "denser-spikes", "taller-spike"] as const).map((kind) =>
      upsetSeries(++next, kind),
    ),
    ...(["click", "views", "click", "views", "click", "views"] as const).map((per) => adPrice(++next, per)),
    ...(["occupancy", "speed", "travel-time", "occupancy", "speed", "travel-time", "speed"] as const).map((sensor) =>
      roadSensor(++next, sensor),
    ),
    ...[85, 55, 3, 0.7, 20, 20, 5, 10, 0.8, 4].map((mean) => mentionVolume(++next, mean)),
  ];
}
