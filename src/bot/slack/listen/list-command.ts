import type { Incident } from "../../../incident/incident.ts";
import { unresolvedStatuses } from "../../../incident/status.ts";
import { duration } from "../../../lib/duration.ts";
import { cut, cutTitle, standsWords } from "../../words.ts";
import { context, section } from "../render/blocks.ts";
import { severityIcons } from "../render/severity-icons.ts";
import { mrkdwn, slackTime } from "../render/text.ts";
import type { Command } from "./command.ts";

const listLimit = 15;
const mostPages = 1_000;

function line(incident: Incident, now: number): string {
  const end = incident.resolvedAt ?? now;
  return `${severityIcons[incident.severity]} *${incident.id}*  ${mrkdwn(cutTitle(incident.title, 200), 250)}  ·  ${incident.severity}, ${standsWords(incident)}, since ${slackTime(incident.onset)} (${duration(end - incident.onset)})`;
}

function pastTheEnd(total: number, page: number): string {
  const pages = Math.ceil(total / listLimit);
  const are = total === 1 ? "is 1 incident" : `are ${total} incidents`;
  return `There ${are}, on ${pages === 1 ? "1 page" : `${pages} pages`}: page ${page} is empty.`;
}

/** `list`: the open incidents, the worst first, or the latest of all; a page at a time. */
export const listCommand: Command = {
  usage: "list [all] [page]",
  what: "open incidents, the worst first, or the latest of all",
  async run(args, { desk, now }) {
    const stray = args.find((word) => word !== "all" && !/^\d{1,4}$/.test(word));
    if (stray !== undefined)
      return {
        text: `I cannot list by "${cut(stray, 40)}": \`/incident list\` shows the open ones, \`/incident list all\` the latest, and a number after it turns the page.`,
        personal: true,
      };
    const all = args.includes("all");
    const page = Math.min(mostPages, Math.max(1, Number(args.find((word) => /^\d{1,4}$/.test(word)) ?? 1)));
    const asked = all ? {} : { statuses: unresolvedStatuses };
    const offset = (page - 1) * listLimit;
    const [incidents, total] = await Promise.all([
      desk.list({ ...asked, limit: listLimit, offset, ...(all ? {} : { order: "worst" }) }),
      desk.count(asked),
    ]);
    if (total === 0 || (incidents.length === 0 && page === 1))
      return {
        text: all ? "There has been no incident yet." : "No open incident. `/incident list all` shows the latest ones.",
      };
    const end = offset + incidents.length;
    const shownNow = page === 1 ? `The ${all ? "latest" : "worst"} ${end}` : `${offset + 1} to ${end}`;
    const next = end < total ? ` \`/incident list ${all ? "all " : ""}${page + 1}\` shows the next.` : "";
    return {
      text: `${total} incident${total === 1 ? "" : "s"}`,
      blocks: [
        ...incidents.map((incident) => section(line(incident, now))),
        ...(incidents.length === 0 ? [section(pastTheEnd(total, page))] : []),
        ...(total > incidents.length && incidents.length > 0 ? [context(`${shownNow} of ${total}.${next}`)] : []),
      ],
    };
  },
};
