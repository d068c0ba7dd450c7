import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NeutralCase } from "../../../src/rca/neutral/neutral-case.ts";
import type { RankCase } from "./place.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, "src/rca/neutral");

/** A number in the source of the ranking that somebody chose. */
export interface Constant {
  readonly file: string;
  readonly name: string;
  readonly value: number;
  readonly at: number;
}

/** Limits of size and of words are not weighed against each other. */
const notWeighed = /^(max|min(WordChars|ForSpare))/;
const named = /^(?:export )?const ([a-zA-Z]+) = (\d+(?:\.\d+)?);/gm;
const weights = /\bweight: (\d\.\d+)/g;

/** Every chosen number of the ranking, found in its source. */
export function constantsOfRanking(): readonly Constant[] {
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const inCode = [...text.matchAll(named)].map(([all, name = "", digits = ""], i, matches) => ({
      file,
      name,
      value: Number(digits),
      at: (matches[i]?.index ?? 0) + all.length - digits.length - 1,
    }));
    const inPlace = [...text.matchAll(weights)].map((match) => ({
      file,
      name: `weight at ${text.slice(0, match.index).split("\n").length}`,
      value: Number(match[1]),
      at: match.index + "weight: ".length,
    }));
    return [...inCode, ...inPlace].filter(({ name }) => !notWeighed.test(name));
  });
}

/** Whether a constant can make any difference to a case: those of one kind of evidence need what it is read from. */
export function concerns({ file }: Constant, { changes, alert, telemetry }: NeutralCase): boolean {
  if (/^(ambient|change|diff)/.test(file)) return changes !== undefined;
  if (/^(request-excess|service)/.test(file)) return alert.metric !== undefined;
  if (/^(behaviour|habit|network|profile)/.test(file)) return telemetry.spans.length > 0;
  return true;
}

/** The ranking with one constant times `factor` (rounded where it is a count); the caller disposes of its files. */
export async function rankingWith(constant: Constant, factor: number): Promise<{ rank: RankCase; dispose(): void }> {
  const scratch = mkdtempSync(join(tmpdir(), "constant-"));
  const copy = join(scratch, "src/rca/neutral");
  cpSync(folder, copy, { recursive: true });
  symlinkSync(join(root, "src/lib"), join(scratch, "src/lib"));
  symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"));
  // Grouping spans into requests takes most of the time and no constant.
  const shared = pathToFileURL(join(root, "test/evals/bench/known-requests.ts")).href;
  writeFileSync(join(copy, "requests.ts"), `export { requestsOf } from ${JSON.stringify(shared)};\n`);
  const path = join(copy, constant.file);
  const text = readFileSync(path, "utf8");
  const old = /^[\d.]+/.exec(text.slice(constant.at))?.[0] ?? "";
  const isCount = !old.includes(".") && constant.value < 20;
  const scaled = isCount
    ? Math.max(1, Math.round(constant.value * factor))
    : Math.min(constant.value * factor, constant.value < 1 ? 1 : Number.POSITIVE_INFINITY);
  writeFileSync(path, text.slice(0, constant.at) + String(scaled) + text.slice(constant.at + old.length));
  // The copy has the type of the original; only a number in it differs.
  const { rankCase }: { rankCase: RankCase } = await import(pathToFileURL(join(copy, "rank-case.ts")).href);
  return { rank: rankCase, dispose: () => rmSync(scratch, { recursive: true }) };
}
