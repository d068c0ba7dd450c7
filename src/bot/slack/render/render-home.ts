import type { KnownBlock, HomeView as SlackHome } from "@slack/types";
import { duration } from "../../../lib/duration.ts";
import type { HomeView, WaitingApproval } from "../../home-view.ts";
import { freezeWords } from "../../plan-words.ts";
import { cutTitle, statusWords } from "../../words.ts";
import { actionIds, encodeFix } from "./action-ids.ts";
import { button, context, divider, header, section } from "./blocks.ts";
import { changedLines } from "./changed-lines.ts";
import { silenceLine } from "./render-silence.ts";
import { severityIcons } from "./severity-icons.ts";
import { mrkdwn, slackSay, slackTime } from "./text.ts";

const fixMarks = {
  helped: ":white_check_mark:",
  "did not help": ":warning:",
  "made things worse": ":warning:",
  "not known": ":grey_question:",
  "being watched": ":hourglass_flowing_sand:",
  undone: ":leftwards_arrow_with_hook:",
  "not applied": ":x:",
} as const;
const healthMarks = { ok: ":large_green_circle:", trouble: ":red_circle:", off: ":white_circle:" } as const;
const silencesShown = 5;
const changesShown = 3;

function openBlocks({ open, openTotal, now }: HomeView): KnownBlock[] {
  if (open.length === 0) return [section(":white_check_mark: No open incident.")];
  const more = openTotal - open.length;
  const rows = open.map(
    (incident): KnownBlock => ({
      type: "section",
      text: {
        type: "mrkdwn",
        verbatim: true,
        text: `${severityIcons[incident.severity]} *${incident.id}*  ${mrkdwn(cutTitle(incident.title, 200), 250)}\n${statusWords[incident.status]}  ·  since ${slackTime(incident.onset)}, ${duration(now - incident.onset)}`,
      },
      accessory: button("Show", actionIds.show, incident.id),
    }),
  );
  return more > 0 ? [...rows, context(`The worst of them. ${more} more: \`/incident list\` shows them.`)] : rows;
}

/** What a fix would change, in one line: `limits.memory: 34Mi → 128Mi`. */
function changeOf({ diff }: WaitingApproval): string {
  const lines = changedLines(diff);
  const changes: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [line = "", next = ""] = lines.slice(i);
    const key = /^- ([^:]+: )/.exec(line)?.[1];
    const becomes = key !== undefined && next.startsWith(`+ ${key}`);
    changes.push(becomes ? `${line.slice(2)} → ${next.slice(2 + key.length)}` : line);
    if (becomes) i++;
  }
  const shown = changes.slice(0, changesShown).map((change) => mrkdwn(change, 120));
  if (shown.length === 0) return "";
  return `\n${shown.join(",  ")}${changes.length > changesShown ? ",  …" : ""}`;
}

function approvalBlocks({ approvals, approvalsTotal, frozen }: HomeView): KnownBlock[] {
  if (approvals.length === 0) return [section("Nothing waits for an approval.")];
  const more = approvalsTotal - approvals.length;
  const rows = approvals.map((one): KnownBlock => {
    const votes = one.need > 1 ? `  ·  ${one.have} of ${one.need} approvals` : "";
    const yours = one.mine ? "  ·  :ballot_box_with_check: you have approved, somebody else has to" : "";
    return {
      type: "section",
      text: {
        type: "mrkdwn",
        verbatim: true,
        text: `*${mrkdwn(one.title, 200)}*  (incident ${one.incidentId})${changeOf(one)}\n${one.risk} risk${votes}  ·  until ${slackTime(one.expiresAt, "{time}")}${yours}${frozen ? "  ·  :ice_cube: frozen" : ""}`,
      },
      accessory: button("Review", actionIds.review, encodeFix(one)),
    };
  });
  return more > 0
    ? [...rows, context(`The surest of them. ${more} more: each is in the message of its incident.`)]
    : rows;
}

function precisionText({ precision }: HomeView): string {
  const { right, wrong, days } = precision;
  const settled = right + wrong;
  if (settled === 0) return `No cause of the last ${days} days has been confirmed or rejected yet.`;
  return `*${Math.round((right / settled) * 100)} %* of the causes named first were right: ${right} of ${settled} that are settled, in the last ${days} days.`;
}

/** The App Home: what is open, what waits, what became of it, and how well kubemend itself does. Never more than 100 blocks. */
export function renderHome(view: HomeView): SlackHome {
  const fixes = view.fixes.map(
    ({ title, at, outcome, incidentId }) =>
      `${fixMarks[outcome]} *${outcome}*  ${mrkdwn(title, 200)}  ·  incident ${incidentId}, ${slackTime(at)}`,
  );
  const silences = view.silences.slice(0, silencesShown).map((silence) => silenceLine(silence, view.now));
  const health = view.health.map(
    ({ name, state, detail }) => `${healthMarks[state]} *${name}*  ${mrkdwn(detail, 200)}`,
  );
  return {
    type: "home",
    blocks: [
      header(view.openTotal === 0 ? "All quiet" : `${view.openTotal} open incident${view.openTotal === 1 ? "" : "s"}`),
      ...(view.frozen
        ? [section(`:ice_cube: *${freezeWords(view, slackSay)}*: nothing is applied until \`/incident unfreeze\`.`)]
        : []),
      ...openBlocks(view),
      divider,
      header("Waiting for approval"),
      ...approvalBlocks(view),
      divider,
      header("Last fixes"),
      section(fixes.length > 0 ? fixes.join("\n") : "No fix has been applied yet."),
      ...(silences.length > 0 ? [divider, header("Silences"), section(silences.join("\n"))] : []),
      divider,
      header("How kubemend does"),
      section([precisionText(view), ...health].join("\n")),
      {
        type: "actions",
        elements: [
          button("Refresh", actionIds.homeRefresh, "home"),
          button("Declare incident", actionIds.declare, "home"),
        ],
      },
      context(
        `Cluster ${mrkdwn(view.cluster, 80)}  ·  as of ${slackTime(view.now)}  ·  \`/incident help\` lists what else there is`,
      ),
    ],
  };
}
