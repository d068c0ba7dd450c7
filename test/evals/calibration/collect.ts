import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sameRef } from "../../../src/incident/object-ref.ts";
import type { Standing } from "../../../src/rca/weigh/cause-confidence.ts";
import { loadRecording, type Recording } from "../../../src/replay/recording/load-recording.ts";
import { loadBases, scenarios, stage } from "../../support/synthetic/index.ts";
import { decoyMs, withDecoy } from "../../support/synthetic/scenarios/decoys.ts";
import type { Expectation } from "../../support/synthetic/scenarios/scenario.ts";
import { synthesize } from "../../support/synthetic/world.ts";
import { readTruth } from "../truth.ts";
import { type Answer, answersTo } from "./answers.ts";
import { type Degradation, degradations, degrade } from "./degrade.ts";

/** One stated cause with what is known about it. */
export interface Row {
  /** Faults of one family are left out together. */
  readonly family: string;
  readonly source: string;
  readonly how: string;
  readonly said: string;
  readonly afterS: number;
  readonly right: boolean;
  readonly standing: Standing;
}

/** How the rows are marked that nothing is fitted on. */
export const twoFaults = "two-faults";

const watchedMs = 240_000;
const rounded = (value: number) => Number(value.toFixed(4));

function rowOf(family: string, source: string, how: string, answer: Answer, right: boolean): Row {
  const { features } = answer.standing;
  return {
    family,
    source,
    how,
    said: `${answer.cause} ${answer.culprit.kind}/${answer.culprit.name}`,
    afterS: Math.round(answer.afterMs / 1_000),
    right,
    standing: {
      ...answer.standing,
      margin: rounded(answer.standing.margin),
      features: { ...features, explains: rounded(features.explains), closeness: rounded(features.closeness) },
    },
  };
}

/** Every recorded fault, whole and with evidence taken away. */
export async function* recordedRows(root: string): AsyncGenerator<Row> {
  for (const name of (await readdir(root)).sort()) {
    const truth = await readTruth(join(root, name));
    if (!truth || name.endsWith("-day")) continue;
    const recording = await loadRecording(join(root, name));
    for (const fault of truth.faults) {
      const { kind, namespace, name: culpritName } = fault.culprit;
      const culprit = { kind, name: culpritName, ...(namespace ? { namespace } : {}) };
      for (const how of degradations) {
        const shown = degrade(recording, how, fault.injectedAt);
        const until = Math.min(fault.fixedAt, fault.injectedAt + watchedMs + 60_000);
        for (const answer of answersTo(shown, until))
          yield rowOf(fault.cause, name, how, answer, answer.cause === fault.cause && sameRef(answer.culprit, culprit));
      }
    }
  }
}

const fits = (pattern: string, text: string) =>
  pattern === text || (pattern.endsWith("*") && text.startsWith(pattern.slice(0, -1)));

const isMeant = (expected: Expectation, { cause, culprit }: Answer) =>
  expected.causes.includes(cause) && expected.culprits.some((one) => fits(one, `${culprit.kind}/${culprit.name}`));

/** The same scenario always gets the same treatment, and every treatment falls on every kind of fault. */
function treatments(index: number): readonly (Degradation | "decoy")[] {
  const all: readonly (Degradation | "decoy")[] = [...degradations, "decoy"];
  return [
    "none",
    all[1 + (index % (all.length - 1))] ?? "none",
    all[1 + ((index * 5 + 3) % (all.length - 1))] ?? "none",
  ];
}

/** Faults without a recording: whole, and each with two of the degradations. */
export async function* syntheticRows(
  root: string,
  part: { readonly of: number; readonly index: number },
): AsyncGenerator<Row> {
  const bases = await loadBases(root, 0);
  const faulty = scenarios.filter(({ expect }) => expect.length === 1);
  for (const [i, scenario] of faulty.entries()) {
    if (i % part.of !== part.index) continue;
    const base = bases[scenario.shop];
    const shortStage = { ...stage, endAfterMs: stage.injectAfterMs + decoyMs + watchedMs };
    const expected = scenario.expect[0];
    if (!expected) continue;
    let plain: Recording | undefined;
    for (const how of new Set(treatments(i))) {
      const injectedAt = base.from + stage.injectAfterMs + (how === "decoy" ? decoyMs : 0);
      if (how !== "decoy") plain ??= synthesize(base, scenario.id, scenario.script, shortStage);
      const recording =
        how === "decoy" || !plain
          ? synthesize(base, scenario.id, withDecoy(scenario).script, shortStage)
          : degrade(plain, how, injectedAt);
      for (const answer of answersTo(recording, injectedAt + watchedMs))
        yield rowOf(expected.causes[0] ?? "", scenario.id, how, answer, isMeant(expected, answer));
    }
  }
}

/** Two faults at once, of which an answer can explain no more than its part: right is who names one of them. */
export async function* pairRows(root: string): AsyncGenerator<Row> {
  const bases = await loadBases(root, 0);
  const stretch = { ...stage, endAfterMs: stage.injectAfterMs + watchedMs + 60_000 };
  for (const scenario of scenarios.filter(({ expect }) => expect.length > 1)) {
    const played = synthesize(bases[scenario.shop], scenario.id, scenario.script, stretch);
    const family = scenario.expect.map(({ causes }) => causes[0]).join("+");
    for (const answer of answersTo(scenario.after?.(played) ?? played, played.end))
      yield rowOf(
        family,
        scenario.id,
        twoFaults,
        answer,
        scenario.expect.some((expected) => isMeant(expected, answer)),
      );
  }
}
