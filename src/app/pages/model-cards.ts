import type { ModelCard } from "../../bot/web/pages-port.ts";
import { defaultHealthModelFolder, readHealthModel } from "../../detection/health/health-model.ts";
import { loadModel } from "../../detection/metrics/forecast/load-model.ts";

const per = (share: number) => `${(share * 100).toFixed(1)} %`;
const number = (value: number) => value.toLocaleString("en-US");
const day = (iso: string) => iso.slice(0, 10);
const days = (from: string, to: string) =>
  day(from) === day(to) ? `on ${day(from)}` : `from ${day(from)} to ${day(to)}`;

function forecaster(folder: string | undefined): ModelCard {
  const { card } = loadModel(folder, () => undefined);
  const purpose =
    "A recurrent network (GRU) forecasts every series one step ahead, relative to that series' own level and spread; what misses by more than its tail allows is an anomaly that adds to incidents.";
  if (!card)
    return {
      name: "Forecaster",
      purpose,
      source: "no model was found; the last level stands in for the forecast",
      figures: [],
    };
  const { data, heldBack, training } = card;
  return {
    name: "Forecaster",
    purpose,
    source: `trained on ${data.sources.join(", ")}, recorded ${days(data.from, data.to)}; figures are of the part held back`,
    figures: [
      { name: "mean error of the network, in spreads of its series (lower is better)", value: heldBack.gru.toFixed(4) },
      { name: "mean error of repeating the last value", value: heldBack.persistence.toFixed(4) },
      { name: "mean error of repeating the last season", value: heldBack.seasonalNaive.toFixed(4) },
      { name: "mean error of the level", value: heldBack.level.toFixed(4) },
      { name: "points held back", value: number(heldBack.points) },
      { name: "points trained on", value: number(data.points) },
      { name: "series", value: number(data.series) },
      { name: "windows trained on", value: number(training.windows) },
      { name: "passes over them (epochs)", value: number(training.epochs) },
    ],
  };
}

const shareFound = (row: readonly number[] = [], at: number) =>
  (row[at] ?? 0) /
  Math.max(
    1,
    row.reduce((sum, count) => sum + count, 0),
  );

function health(folder = defaultHealthModelFolder): ModelCard {
  const read = readHealthModel(folder);
  const purpose =
    "A random forest judges applications that report their own vitals: leave alone, heal softly, or restart.";
  if (read.outcome !== "read")
    return {
      name: "Health classifier",
      purpose,
      source: read.outcome === "damaged" ? read.detail : "no model was found",
      figures: [],
    };
  const { data, heldBack, training } = read.file;
  return {
    name: "Health classifier",
    purpose,
    source: `${data.kind === "synthetic" ? "trained on simulated instances" : `trained on ${data.source}`}; figures are of the part held back`,
    figures: [
      { name: "right decisions", value: per(heldBack.accuracy) },
      { name: "restarts that were needed and called for", value: per(shareFound(heldBack.confusion[2], 2)) },
      ...(heldBack.calibrationError === undefined
        ? []
        : [{ name: "calibration error (0 is best)", value: heldBack.calibrationError.toFixed(4) }]),
      { name: "Brier score (0 is best)", value: heldBack.brier.toFixed(4) },
      { name: "Brier score of always saying the usual", value: heldBack.brierOfFrequencies.toFixed(4) },
      { name: "rows held back", value: number(heldBack.rows) },
      { name: "rows trained on", value: number(data.rows) },
      { name: "trees", value: number(training.trees) },
      { name: "levels of a tree at most", value: number(training.maxDepth) },
    ],
  };
}

/** The models in use, with the figures that were measured when they were trained. */
export function modelCards(options: {
  readonly forecaster?: string | undefined;
  readonly health?: string | undefined;
  readonly language?: string | undefined;
  readonly spent: { readonly diagnoses: number; readonly tokens: number };
}): readonly ModelCard[] {
  const { diagnoses, tokens } = options.spent;
  return [
    forecaster(options.forecaster),
    {
      name: "Isolation forest",
      purpose:
        "Tells workloads whose measurements together are unlike what they were; learns on the spot and keeps nothing.",
      source: "not trained beforehand",
      figures: [],
    },
    health(options.health),
    {
      name: "Language model",
      purpose: "Words and weighs what the rules found; sentences without valid citations are dropped.",
      source: options.language ?? "none is configured; diagnoses come from rules alone",
      figures: [
        { name: "diagnoses with its part, last 30 days", value: number(diagnoses) },
        { name: "tokens, last 30 days", value: number(tokens) },
      ],
    },
  ];
}
