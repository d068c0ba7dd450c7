import { causeText } from "../incident/diagnosis/cause-text.ts";
import type { SeenBefore } from "../incident/diagnosis/past-incident.ts";
import { actionTitle } from "../incident/fix/action-title.ts";
import { refKey } from "../incident/object-ref.ts";
import type { IncidentView } from "./incident-view.ts";
import type { Say } from "./plan-words.ts";

/** How a surface leads to another incident: `incident 12`, as a link where it can. */
export type ToIncident = (id: string) => string;

function causeThen(past: SeenBefore, { diagnosis }: IncidentView, say: Say): string {
  const now = diagnosis?.inconclusive ? undefined : diagnosis?.hypotheses[0];
  if (now?.cause === past.cause && refKey(now.culprit) === refKey(past.culprit)) return "the same cause";
  return `the cause then: ${say.text(causeText(past.cause, past.culprit), 200)}`;
}

function outcome({ fix }: SeenBefore, say: Say): string {
  if (!fix) return "nothing was changed by kubemend";
  return `${say.text(actionTitle(fix.action, fix.target), 200)} ${fix.recovered ? "helped" : "did not help"}`;
}

/** Whether this was met before, and what helped then; undefined when nothing was much like it. */
export function seenBefore(view: IncidentView, say: Say, to: ToIncident): string | undefined {
  const [first, ...others] = view.diagnosis?.past ?? [];
  if (!first) return undefined;
  const more = others.length > 0 ? ` Also ${others.map(({ id }) => to(id)).join(" and ")}.` : "";
  return `${to(first.id)}, ${say.moment(first.onset)} (${Math.round(first.similarity * 100)} % alike): ${causeThen(first, view, say)}; ${outcome(first, say)}.${more}`;
}
