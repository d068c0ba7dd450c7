import { visibleJson, visibleText } from "../lib/visible-text.ts";
import { readHistory } from "../rca/neutral/history.ts";
import { type NeutralResult, rankCase } from "../rca/neutral/rank-case.ts";
import { readCase } from "../rca/neutral/read-case.ts";

function story(result: NeutralResult & { readonly wallMs: number }): string {
  const lines = result.notes.map((note) => `Note: ${note}.`);
  result.ranking.slice(0, 5).forEach(({ entity, score, evidence }, i) => {
    lines.push(`${i + 1}. ${entity} (${score.toFixed(2)})`);
    for (const sentence of evidence.slice(0, 3)) lines.push(`     ${sentence}`);
  });
  for (const { id, score } of result.changes?.slice(0, 3) ?? [])
    lines.push(`change ${id === "none" ? "none of those known" : id} (${score.toFixed(2)})`);
  lines.push(`${result.ranking.length} candidates in ${(result.wallMs / 1_000).toFixed(1)} s`);
  return lines.join("\n");
}

/**
 * `kubemend analyze <case> [--history <folder>] [--json]` for a neutral case: ranks its candidates.
 * @throws AppError (exit code 2) when the case or the history cannot be read.
 */
export async function analyzeCase(folder: string, options: { json?: boolean; history?: string }): Promise<void> {
  const startedMs = performance.now();
  const history = options.history === undefined ? { cases: [], notes: [] } : await readHistory(options.history);
  const ranked = rankCase(await readCase(folder), history.cases);
  const notes = [...ranked.notes, ...history.notes];
  const result = { ...ranked, notes, wallMs: Math.round(performance.now() - startedMs) };
  process.stdout.write(`${options.json ? visibleJson(result, 2) : visibleText(story(result))}\n`);
}
