import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { digestOf } from "../../../src/lib/stable-hash.ts";
import {
  type CauseConfidenceFile,
  causeWeights,
  probabilityOf,
  usuallyExplained,
} from "../../../src/rca/weigh/cause-confidence.ts";
import { ceiling } from "../../../src/rca/weigh/confidence.ts";
import { below, finish } from "../result.ts";
import { pairRows, type Row, recordedRows, syntheticRows, twoFaults } from "./collect.ts";
import { fitWeights, type Judged, judgedLeftOut, training } from "./fit.ts";
import { brierScore, calibrationError, reliability, type Scored } from "./reliability.ts";

/**
 * Confidence of the first cause against how often it is right, on recordings and faults without a recording, whole and with
 * evidence taken away; each judged by constants fitted without its family of faults, and with two faults at once:
 * `node test/evals/calibration/run.ts [folder with recordings] [--collect] [--write]`. Without `--collect` the answers of
 * `answers.ndjson.gz` are read (collecting takes minutes); `--write` fits the model file anew.
 */
const words = process.argv.slice(2);
const root = words.find((word) => !word.startsWith("--")) ?? "";
const answersUrl = new URL("answers.ndjson.gz", import.meta.url);
const modelUrl = new URL("../../../models/cause-confidence-v1/model.json", import.meta.url);

async function collected(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const row of recordedRows(root)) rows.push(row);
  for await (const row of syntheticRows(root, { of: 1, index: 0 })) rows.push(row);
  for await (const row of pairRows(root)) rows.push(row);
  return rows;
}

async function kept(): Promise<readonly Row[]> {
  const text = gunzipSync(await readFile(answersUrl)).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const figuresOf = (answers: readonly Scored[]) => ({
  brier: Number(brierScore(answers).toFixed(4)),
  calibrationError: Number(calibrationError(answers).toFixed(4)),
  meanSaid: Number(mean(answers.map(({ probability }) => probability)).toFixed(4)),
  right: Number(mean(answers.map(({ right }) => Number(right))).toFixed(4)),
});

function table(title: string, rows: readonly (readonly [string, readonly Judged[]])[]): void {
  console.log(`\n| ${title} | said | right | answers |\n|---|---|---|---|`);
  for (const [name, some] of rows) {
    const { meanSaid, right } = figuresOf(some);
    console.log(`| ${name} | ${meanSaid.toFixed(2)} | ${right.toFixed(2)} | ${some.length} |`);
  }
}

const answers = words.includes("--collect") ? await collected() : await kept();
if (words.includes("--collect"))
  await writeFile(answersUrl, gzipSync(answers.map((row) => JSON.stringify(row)).join("\n"), { level: 9 }));
const rows = answers.filter(({ how }) => how !== twoFaults);
const heldOut = judgedLeftOut(rows).map((one): Judged => ({ ...one, probability: Math.min(ceiling, one.probability) }));
const unfitted = rows.map(
  (row): Judged => ({
    row,
    right: row.right,
    probability: Math.min(ceiling, 1 / (1 + Math.exp(-row.standing.margin))),
  }),
);
const weights = fitWeights(rows);
const families = new Set(rows.map(({ family }) => family)).size;

if (words.includes("--write")) {
  const file: CauseConfidenceFile = {
    format: 1,
    sha256: digestOf(weights),
    weights,
    data: {
      note: "First causes of diagnoses by rules at 0, 30 and 120 s after opening: recordings and synthetic faults played over quiet stretches of them, whole and with logs, events, metrics, configuration objects, old revisions or the time before the fault taken away, and with a harmless change just before it.",
      rows: rows.length,
      families,
      sha256: digestOf(rows),
      from: "2026-11-20T22:31:40Z",
      to: "2026-11-20T23:48:00Z",
    },
    training,
    heldOut: { fitted: figuresOf(heldOut), unfitted: figuresOf(unfitted) },
  };
  await writeFile(modelUrl, `${JSON.stringify(file, null, 1)}\n`);
  console.log(`wrote ${fileURLToPath(modelUrl)}`);
}

console.log(
  `${rows.length} answers about ${families} families of faults; each family judged by constants fitted on the others`,
);
table(
  "said between",
  reliability(heldOut).map(({ from, to }) => [
    `${from.toFixed(1)}-${to.toFixed(1)}`,
    heldOut.filter(({ probability }) => probability >= from && (probability < to || to === 1)),
  ]),
);
const groups = (of: (row: Row) => string) =>
  [...new Set(rows.map(of))].map((name) => [name, heldOut.filter(({ row }) => of(row) === name)] as const);
table(
  "evidence",
  groups(({ how }) => how),
);
table(
  "left out",
  groups(({ family }) => family),
);
const whole = heldOut.filter(({ row }) => row.how === "none");
const bare = heldOut.filter(({ row }) => row.how === "late-bare" || row.how === "objects-only");
const fitted = figuresOf(heldOut);
const plain = figuresOf(unfitted);
console.log(
  `\nheld out: Brier ${fitted.brier}, calibration error ${fitted.calibrationError}; as ranked, without fitting: ${plain.brier}, ${plain.calibrationError}`,
);

/** How much of an incident the first cause explains, with two faults at once among the rest. */
const anyNumber = [
  ...heldOut,
  ...answers
    .filter(({ how }) => how === twoFaults)
    .map((row): Judged => {
      const probability = Math.min(ceiling, probabilityOf(row.standing, causeWeights()));
      return { row, right: row.right, probability };
    }),
];
const explaining = (from: number, to: number) =>
  anyNumber.filter(({ row }) => row.standing.features.explains >= from && row.standing.features.explains < to);
table("explained, one fault or two", [
  ["0.9-1.0", explaining(usuallyExplained, 2)],
  ["0.7-0.9", explaining(0.7, usuallyExplained)],
  ["0.0-0.7", explaining(0, 0.7)],
]);
const partly = explaining(0, usuallyExplained);
/** Of an incident with two causes, one has brought about no more than it explains. */
const doing = mean(partly.map(({ row, right }) => (right ? row.standing.features.explains : 0)));
const least = Math.min(...rows.filter(({ right }) => right).map(({ standing }) => standing.features.explains));
console.log(`\nleast that a right answer to a single fault explains: ${least}`);
const bold = heldOut.filter(({ probability, right }) => probability >= 0.9 && !right).length;
await finish({
  figures: [
    below("calibration error, left-out families", fitted.calibrationError, 0.05),
    below("Brier score, left-out families", fitted.brier, 0.06),
    below("share of answers that are wrong though 0.9 or more was said", bold / rows.length, 0.03),
    below(
      "confidence with most evidence taken away, against whole",
      figuresOf(bare).meanSaid - figuresOf(whole).meanSaid,
      -0.15,
    ),
    below(
      "said of answers that leave a tenth of the incident and more unexplained, above the share that was their doing",
      figuresOf(partly).meanSaid - doing,
      0.1,
    ),
    below("constants differ from those shipped", digestOf(weights) === digestOf(causeWeights()) ? 0 : 1, 1),
  ],
});
