import type { ModelCard } from "../../bot/web/pages-port.ts";
import { defaultHealthModelFolder, readHealthModel } from "../../detection/health/health-model.ts";
import { loadModel } from "../../detection/metrics/forecast/load-model.ts";

const per = (share: number) => `${(share * 100).toFixed(1)} %`;
const number = (value: number) => value.toLocaleString("en-US");
const day = (iso: string) => iso.slice(0, 10);

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
    source: `trained on ${data.sources.join(", ")}, ${day(data.from)} to ${day(data.to)}; figures are of the part held back`,
    figures: [
      { name: "mean error of the network (lower is better)", value: heldBack.gru.toFixed(4) },
      { name: "of repeating the last value", value: heldBack.persistence.toFixed(4) },
      { name: "of repeating the last season", value: heldBack.seasonalNaive.toFixed(4) },
      { name: "of the level", value: heldBack.level.toFixed(4) },
      { name: "points held back", value: number(heldBack.points) },
      { name: "points trained on", value: number(data.points) },
      { name: "series", value: number(data.series) },
      { name: "windows, epochs", value: `${number(training.windows)}, ${training.epochs}` },
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
      { name: "needed restarts called so", value: per(shareFound(heldBack.confusion[2], 2)) },
      ...(heldBack.calibrationError === undefined
        ? []
        : [{ name: "calibration error (0 is best)", value: heldBack.calibrationError.toFixed(4) }]),
      { name: "Brier score (0 is best)", value: heldBack.brier.toFixed(4) },
      { name: "Brier score of always saying the usual", value: heldBack.brierOfFrequencies.toFixed(4) },
      { name: "rows held back", value: number(heldBack.rows) },
      { name: "rows trained on", value: number(data.rows) },
      { name: "trees, depth", value: `${training.trees}, ${training.maxDepth}` },
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
