import type { KnownBlock } from "@slack/types";
import { sameRef } from "../../../incident/object-ref.ts";
import { fixGroups, placeOf } from "../../fix-groups.ts";
import type { FixView, IncidentView } from "../../incident-view.ts";
import { divider, section } from "./blocks.ts";
import { renderFix } from "./render-fix.ts";

const proposed = ({ plan }: FixView) => (plan?.plan.state === "proposed" ? plan.plan : undefined);

/** Where among those above it the first stands that makes the same of the same object; -1 where none does. */
function twinOf(fix: FixView, above: readonly FixView[]): number {
  const own = proposed(fix);
  if (!own) return -1;
  return above.findIndex((one) => {
    const other = proposed(one);
    return other && sameRef(other.target, own.target) && other.diff === own.diff;
  });
}

/** The fixes of an incident, each group under its heading. */
export function fixBlocks(view: IncidentView, still: boolean): KnownBlock[] {
  const { incident, frozen, actorAway = false } = view;
  const closed = incident.status === "resolved";
  const options = { incidentId: incident.id, closed: closed || still, frozen, actorAway };
  const groups = fixGroups(view);
  const shown = groups.flatMap(({ fixes }) => fixes);
  const best = shown.find(proposed);
  let number = 0;
  const blocks = groups.flatMap(({ heading, begun, fixes }) => [
    section(`*${heading}*`),
    ...fixes.flatMap((fix) => {
      const above = shown[number - 1];
      const sameRefusal = above !== undefined && fix.refusal?.detail === above.refusal?.detail;
      const twin = twinOf(fix, shown.slice(0, number));
      const same = twin < 0 ? {} : { sameChangeAs: twin + 1 };
      const place = begun ? undefined : placeOf(fix, fixes);
      return renderFix(fix, {
        ...options,
        ...(place ? { place } : {}),
        number: ++number,
        best: fix === best,
        sameRefusal,
        ...same,
      });
    }),
  ]);
  const frozenNote = ":ice_cube: Frozen: `/incident unfreeze` brings Approve back.";
  // That no change is known is said where it says what is to be done.
  return blocks.length > 0 ? [divider, ...(frozen && !closed ? [section(frozenNote)] : []), ...blocks] : [];
}
