import type { ActionsBlock, Overflow } from "@slack/types";
import type { IncidentView } from "../../incident-view.ts";
import { actionIds } from "./action-ids.ts";
import { button, confirm, plain } from "./blocks.ts";

/** What the menu offers that people need now and then. */
function moreMenu(incidentId: string): Overflow {
  const choice = (text: string, word: string) => ({ text: plain(text, 75), value: `${word}|${incidentId}` });
  return {
    type: "overflow",
    action_id: actionIds.more,
    options: [
      choice("Timeline", "timeline"),
      choice("Evidence", "evidence"),
      choice("Post-mortem", "postmortem"),
      choice("Share in another channel", "share"),
    ],
  };
}

const lasting = ({ incident }: IncidentView) => incident.anomalies.some(({ endsAt }) => endsAt === undefined);

/** Closing what lasts tells a whole channel twice: that it is over, and that it is not. */
const whileItLasts = confirm(
  "Resolve it all the same?",
  "Its symptoms are still there: as long as that lasts it opens again. Silence keeps it quiet.",
  "Resolve",
);

/** What people do with the incident itself, whatever its fixes are. */
export function incidentActions(view: IncidentView): ActionsBlock {
  const { incident, diagnosis } = view;
  const closed = incident.status === "resolved";
  const isPart = incident.mergedInto !== undefined;
  return {
    type: "actions",
    block_id: "incident",
    elements: [
      ...(incident.status === "open" || incident.status === "reopened"
        ? [button("Acknowledge", actionIds.acknowledge, incident.id)]
        : []),
      ...(closed ? [] : [button("Silence", actionIds.silence, incident.id)]),
      ...(!closed && diagnosis && diagnosis.hypotheses.length > 0
        ? [
            button("Not this cause", actionIds.notThisCause, incident.id, {
              confirm: confirm(
                "Rule this cause out?",
                "It is not offered again in this incident, and counts for less in later ones. kubemend looks again without it.",
                "Rule out",
              ),
            }),
          ]
        : []),
      ...(closed
        ? []
        : [button("Resolve", actionIds.resolve, incident.id, lasting(view) ? { confirm: whileItLasts } : {})]),
      ...(isPart
        ? [
            button("Not a part of it", actionIds.reopen, incident.id, {
              confirm: confirm(
                "Are they two?",
                "This incident is open by itself again and is not merged any more.",
                "They are two",
              ),
            }),
          ]
        : []),
      moreMenu(incident.id),
    ],
  };
}
