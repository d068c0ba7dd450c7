import type { KnownBlock } from "@slack/types";
import { fixGroups, placeOf, sameChangeAs } from "../../fix-groups.ts";
import type { IncidentView } from "../../incident-view.ts";
import { divider, section } from "./blocks.ts";
import { renderFix } from "./render-fix.ts";

/** The fixes of an incident, each group under its heading. */
export function fixBlocks(view: IncidentView, still: boolean): KnownBlock[] {
  const { incident, frozen, actorAway = false } = view;
  const closed = incident.status === "resolved";
  const options = { incidentId: incident.id, closed: closed || still, frozen, actorAway };
  const groups = fixGroups(view);
  const shown = groups.flatMap(({ fixes }) => fixes);
  const best = shown.find(({ plan }) => plan?.plan.state === "proposed");
  let number = 0;
  const blocks = groups.flatMap(({ heading, begun, fixes }) => [
    section(`*${heading}*`),
    ...fixes.flatMap((fix) => {
      const above = shown[number - 1];
      const sameRefusal = above !== undefined && fix.refusal?.detail === above.refusal?.detail;
      const twin = sameChangeAs(fix, shown);
      const same = twin === undefined ? {} : { sameChangeAs: twin };
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
