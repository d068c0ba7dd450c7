import type { KnownBlock } from "@slack/types";
import type { FixView, IncidentView } from "../../incident-view.ts";
import { divider, section } from "./blocks.ts";
import { begunStates, isUnderWay, renderFix } from "./render-fix.ts";

const fixesShown = 3;

/** What was begun, latest last, then what is on offer; each group under words that are true of it. */
export function fixBlocks(view: IncidentView, still: boolean): KnownBlock[] {
  const { incident, fixes, diagnosis, frozen } = view;
  const closed = incident.status === "resolved";
  const state = ({ plan }: FixView) => plan?.plan.state ?? "";
  const begun = fixes.filter((fix) => begunStates.has(state(fix))).slice(-fixesShown);
  const offered = closed
    ? fixes.filter((fix) => state(fix) === "rejected").slice(0, fixesShown)
    : fixes.filter((fix) => !begunStates.has(state(fix))).slice(0, fixesShown);
  const underWay = begun.some(({ plan }) => plan && isUnderWay(plan));
  const options = { incidentId: incident.id, closed: closed || still, frozen };
  const listed = (shown: readonly FixView[], from: number) =>
    shown.flatMap((fix, i) => renderFix(fix, { ...options, number: from + i }));
  const blocks: KnownBlock[] = [];
  if (begun.length > 0)
    blocks.push(section(underWay ? "*What is being done*" : "*What was done*"), ...listed(begun, 1));
  if (offered.length > 0)
    blocks.push(
      section(closed ? "*What people said no to*" : offerHeading(offered, begun.length > 0)),
      ...listed(offered, begun.length + 1),
    );
  else if (diagnosis && !closed && !underWay)
    blocks.push(
      section(
        `*What would help${begun.length > 0 ? " now" : ""}*: no ${begun.length > 0 ? "further " : ""}safe change is known; the evidence is in the thread.`,
      ),
    );
  return blocks.length > 0 ? [divider, ...blocks] : [];
}

function offerHeading(offered: readonly FixView[], again: boolean): string {
  const sure = offered.some(({ recommendation }) => recommendation.confidence >= 0.35);
  if (!sure) return "*What might help, if nothing better is known*";
  return again ? "*What would help now*" : "*What would help*";
}
