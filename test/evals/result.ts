import { writeFile } from "node:fs/promises";
import type { Scored } from "./calibration/reliability.ts";

/** One measured figure against what it should be. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly goal: string;
  readonly reached: boolean;
}

export interface EvalResult {
  readonly figures: readonly Figure[];
  /** Stated probabilities of causes and whether they were right, for the reliability curve. */
  readonly answers?: readonly Scored[];
}

type Format = (value: number) => string;
const plain: Format = (value) => String(Number(value.toFixed(3)));

export function atLeast(what: string, value: number, goal: number, format: Format = plain): Figure {
  return { what, value: format(value), goal: `>= ${format(goal)}`, reached: value >= goal };
}

export function below(what: string, value: number, goal: number, format: Format = plain): Figure {
  return { what, value: format(value), goal: `< ${format(goal)}`, reached: value < goal };
}

export function none(what: string, value: number): Figure {
  return { what, value: plain(value), goal: "0", reached: value === 0 };
}

/** All of them; of nothing at all it is not reached. */
export function all(what: string, count: number, of: number): Figure {
  return { what, value: `${count} of ${of}`, goal: "all", reached: of > 0 && count === of };
}

/** Name of the variable that tells a script where `main.ts` wants its figures. */
export const resultVariable = "KUBEMEND_EVAL_RESULT";

/** Ends an eval: exit code 1 when a goal is missed; the figures go to `main.ts` when it asked. */
export async function finish(result: EvalResult): Promise<void> {
  const path = process.env[resultVariable];
  if (path) await writeFile(path, JSON.stringify(result));
  const missed = result.figures.filter((figure) => !figure.reached);
  for (const { what, value, goal } of missed) console.log(`MISSED: ${what} is ${value}, should be ${goal}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}
