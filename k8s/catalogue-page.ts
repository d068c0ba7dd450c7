import { catalogue } from "../src/actions/catalogue/catalogue.ts";
import type { Action } from "../src/actions/define-action.ts";
import type { Guide } from "../src/actions/define-guide.ts";
import { blindDetector } from "../src/detection/blind/source-silence.ts";
import { detectorFactories } from "../src/detection/engine/registry.ts";
import type { AnomalyFamily } from "../src/incident/anomaly.ts";
import { causeTitles } from "../src/incident/cause.ts";

const isAction = (entry: Action | Guide): entry is Action => !("guide" in entry);

const families: Readonly<Partial<Record<AnomalyFamily, string>>> = {
  state: "state of objects",
  event: "events",
  metric: "measurements",
  prediction: "what will run out",
  log: "log lines",
  health: "what applications say of themselves",
  alert: "alerts of yours",
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
};

function actionRow({ name, risk, kinds, undo, changesDeclaredState, verifyWithinMs }: Action): readonly string[] {
  const back = undo === "previous-values" ? "yes" : `no: ${undo.irreversible}`;
  const minutes = `${verifyWithinMs / 60_000} min`;
  return [`\`${name}\``, risk, kinds.join(", "), back, changesDeclaredState ? "advice" : "applied", minutes];
}

function detectorRows(): readonly (readonly string[])[] {
  const detectors = detectorFactories.map((make) => make());
  return Object.entries(families).map(([family, words]) => [
    words,
    detectors
      .filter((detector) => detector.family === family)
      .map(({ name, corroborates }) => `\`${name}\`${corroborates ? " (*)" : ""}`)
      .join(", "),
  ]);
}

/** The text of docs/catalogue.md: every code that people write into policies, runbooks, experiments and silences. */
export function cataloguePage(): string {
  const entries = Object.values<Action | Guide>(catalogue);
  const { unknown, ...causes } = causeTitles;
  return `# Catalogue: causes, actions, detectors

The codes that are written into policies, runbook pages, experiments and silences. \`npm run manifests\` writes this page from the code.

## Causes

In the front matter of [runbook pages](runbooks.md), in \`expected\` of [experiments](chaos.md#the-file), and in \`kubemend analyze --json\`. Beside
these there is \`unknown\`: ${unknown}.

${table(
  ["code", "in words"],
  Object.entries(causes).map(([code, title]) => [`\`${code}\``, title]),
)}

## Actions

In \`actions\` of a [policy](policy.md). High risk takes two people. *Undo* puts back what was there before (of a
drain the cordon: pods do not move back). *Under GitOps*: whether it is applied to an object that Argo CD, Flux, Fleet, Config Sync or an operator
keeps, or stands there as advice, with the change to commit. *Judged after*: so long the symptoms have at most to clear.

${table(["action", "risk", "works on", "undo", "under GitOps", "judged after"], entries.filter(isAction).map(actionRow))}

\`guide\` and \`restore-secret\` are steps for a person, and \`none\` says that nothing has to be done: kubemend changes nothing there.

## Detectors

In \`/incident silence detector:<name> 2h\`. Those with (*) add to what others have found; by themselves they
open an incident only when it has lasted.

${table(["by", "detectors"], detectorRows())}

A source that stops telling is found by \`${blindDetector}\`.
`;
}
