import type { IncidentView } from "../../bot/incident-view.ts";
import { changedLines } from "../../bot/slack/render/changed-lines.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import { toldOnce } from "../../incident/diagnosis/told-once.ts";
import { refText } from "../../incident/object-ref.ts";
import { duration } from "../../lib/duration.ts";
import { quotedLines } from "../quoted-lines.ts";

const evidenceTold = 5;

const indented = (text: string) =>
  text
    .split("\n")
    .map((line) => `             ${line}`)
    .join("\n");

/** Tells an incident line by line as it goes on: each call says only what is new since the last. */
export function createStory(say: (line: string) => void): (view: IncidentView) => void {
  const told = new Set<string>();
  const once = (key: string, line: () => string) => {
    if (told.has(key)) return;
    told.add(key);
    say(line());
  };
  return (view) => {
    const { incident, diagnosis } = view;
    const id = incident.id;
    once(
      `${id} opened`,
      () =>
        `detected     incident ${id}: ${incident.title}\n             ${incident.severity}, ${duration(incident.openedAt - incident.onset)} after the first symptom`,
    );
    const first = diagnosis?.hypotheses[0];
    if (diagnosis && first) {
      const cited = first.evidence.flatMap((evidenceId) => view.evidence.find((item) => item.id === evidenceId) ?? []);
      const texts = toldOnce(cited.map(({ id: name, text }) => ({ name, text })));
      once(`${id} ${first.cause} ${refText(first.culprit)}`, () =>
        [
          `cause        ${causeText(first.cause, first.culprit)}, ${Math.round(first.probability * 100)} %, by ${diagnosis.by}${diagnosis.modelNote ? ` (${diagnosis.modelNote})` : ""}`,
          ...cited.slice(0, evidenceTold).flatMap((item, i) => {
            const [begin, ...more] = quotedLines(texts[i] ?? item.text);
            return [`evidence     ${item.id}  ${begin}`, ...more.map((line) => `                 ${line}`)];
          }),
        ].join("\n"),
      );
    }
    for (const fix of view.fixes) {
      const plan = fix.plan?.plan;
      if (plan && plan.state !== "superseded") {
        const first = fix === view.fixes[0];
        once(
          `plan ${plan.id}`,
          () =>
            `${first ? "plan        " : "otherwise   "} ${Math.round(fix.recommendation.confidence * 100)} % likely to help, ${plan.risk} risk, checked by a dry run: ${plan.kubectl}${first ? `\n${indented(changedLines(plan.diff).join("\n"))}` : ""}`,
        );
      }
    }
    for (const entry of view.timeline) {
      if (entry.kind === "detected" || entry.kind === "diagnosed") continue;
      once(`timeline ${entry.id}`, () => `${entry.kind.padEnd(12)} ${entry.text}`);
    }
  };
}
