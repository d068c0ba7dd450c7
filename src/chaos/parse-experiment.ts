import { createSettingsJudge } from "../lib/judge-settings.ts";
import { readYaml } from "../lib/read-yaml.ts";
import { type Experiment, experimentSchema } from "./experiment.ts";
import { judgeScope } from "./judge-scope.ts";

export type ParsedExperiment =
  | { readonly ok: true; readonly experiment: Experiment; readonly body: unknown }
  /** Every problem, each with its place, its line and what would be right. */
  | { readonly ok: false; readonly problems: readonly string[] };

const judge = createSettingsJudge(experimentSchema);

/** Reads one experiment from YAML. Never throws for what the text holds. */
export function parseExperiment(text: string): ParsedExperiment {
  const read = readYaml(text);
  if (!read.ok) return read;
  const { value: body, lineOf } = read;
  const judged = judge(body, { lineOf });
  if (!judged.ok) return judged;
  const problems = judgeScope(judged.value).map(({ path, problem }) => {
    const line = lineOf(path) ?? lineOf(path.slice(0, -1));
    return `${path.join(".")}: ${problem}${line === undefined ? "" : ` (line ${line})`}`;
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, experiment: judged.value, body };
}
