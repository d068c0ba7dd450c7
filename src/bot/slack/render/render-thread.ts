import type { KnownBlock } from "@slack/types";
import { causeText } from "../../../incident/diagnosis/cause-text.ts";
import type { EvidenceSource } from "../../../incident/diagnosis/evidence.ts";
import { evidenceTexts } from "../../../incident/diagnosis/evidence-texts.ts";
import type { LogView } from "../../../incident/diagnosis/log-view.ts";
import { logViewSummary, quoteOrigin } from "../../../incident/diagnosis/log-view-text.ts";
import { ruledOutGroups } from "../../../incident/diagnosis/ruled-out-groups.ts";
import { verdictWords } from "../../../incident/fix/verdict-words.ts";
import { refText } from "../../../incident/object-ref.ts";
import type { IncidentView } from "../../incident-view.ts";
import { pageName, runbookPages } from "../../runbook-pages.ts";
import { cut, upperFirst } from "../../words.ts";
import { preformatted, section } from "./blocks.ts";
import { fixTitle } from "./fix-title.ts";
import { mrkdwn, prose, slackTime } from "./text.ts";

/** One reply in the incident's thread. `key` is equal for the same reply made again, so that it is posted once. */
export interface ThreadReply {
  readonly key: string;
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  /** Kept up to date in place; other replies say what was true at their time. */
  readonly living?: true;
  /** The channel shows it as well. */
  readonly broadcast?: true;
}

// Slack refuses messages whose blocks are too long together (about 13,000 characters): ten quotes of this size fit.
const evidenceShown = 10;
const quoteChars = 700;

/** Where the name of a source does not read well before `of Pod shop/carts-1`. */
const sourceWords: Partial<Record<EvidenceSource, string>> = { object: "state", node: "state", topology: "calls" };

/** What the cause named first rests on, and what was ruled out; undefined while nothing speaks for a cause. */
export function renderEvidence(view: IncidentView): readonly KnownBlock[] | undefined {
  const { diagnosis, evidence } = view;
  const first = diagnosis?.hypotheses[0];
  if (!diagnosis || !first) return undefined;
  const cited = first.evidence.flatMap((id) => evidence.find((item) => item.id === id) ?? []);
  const pages = runbookPages(view);
  if (cited.length + pages.length === 0) return undefined;
  const quotes = evidenceShown - pages.length;
  const blocks: KnownBlock[] = [section(`*Evidence*: ${mrkdwn(causeText(first.cause, first.culprit), 250)}`)];
  const texts = evidenceTexts(cited);
  for (const [i, item] of cited.slice(0, quotes).entries()) {
    blocks.push(
      section(
        `*${item.id}*  ${sourceWords[item.source] ?? item.source} of ${mrkdwn(refText(item.about), 160)}, ${slackTime(item.at)}`,
      ),
      preformatted(`${cut(texts[i] ?? item.text, quoteChars)}\n\n$ ${cut(item.query, 200)}`),
    );
  }
  if (cited.length > quotes) blocks.push(section(`… and ${cited.length - quotes} more.`));
  for (const page of pages) {
    blocks.push(
      section(`*${page.id}*  your runbook: ${mrkdwn(pageName(page.query), 200)}`),
      preformatted(cut(page.text, quoteChars)),
    );
  }
  if (diagnosis.logView) blocks.push(...logBlocks(diagnosis.logView));
  if (diagnosis.ruledOut.length > 0) {
    const rows = ruledOutGroups(diagnosis.ruledOut)
      .slice(0, 8)
      .map(({ causes, reason }) => `• ${mrkdwn(causes.join("; "), 600)}\n   _${mrkdwn(reason, 300)}_`);
    blocks.push(section(cut(`*Ruled out*\n${rows.join("\n")}`, 3_000)));
  }
  return blocks;
}

const logQuoteChars = 250;

/** Where the logs begin to speak of it, what is worst in them, and by which words one finds more. */
function logBlocks(log: LogView): KnownBlock[] {
  const quotes = log.first.text === log.worst.text ? [log.first] : [log.first, log.worst];
  const words = log.hallmarks.map((word) => mrkdwn(word, 60)).join(", ");
  const rows = quotes.map((quote, i) => {
    const which = quotes.length === 1 ? "First and worst" : i === 0 ? "First" : "Worst";
    return `${which}: ${quote.level === "other" ? "" : `${quote.level}, `}${quoteOrigin(quote)}\n${cut(quote.text, logQuoteChars)}`;
  });
  return [
    section(
      `*Logs*: ${mrkdwn(logViewSummary(log), 200)}, since ${slackTime(log.first.at)}${words ? `\nWords to look for: ${words}` : ""}`,
    ),
    preformatted(rows.join("\n\n")),
  ];
}

function evidenceReply(view: IncidentView): ThreadReply | undefined {
  const first = view.diagnosis?.hypotheses[0];
  const blocks = renderEvidence(view);
  if (!first || !blocks) return undefined;
  // A new leading cause is worth a new reply; more evidence for the same cause goes into the one that is there, because the
  // message above names it.
  return { key: `evidence:${first.cause}:${refText(first.culprit)}`, text: "Evidence", blocks, living: true };
}

function diffReplies(view: IncidentView): ThreadReply[] {
  return view.fixes.flatMap((fix) => {
    const plan = fix.plan?.plan;
    if (!plan || !["approved", "executing", "applied", "undone", "failed"].includes(plan.state)) return [];
    return [
      {
        key: `diff:${plan.id}`,
        text: mrkdwn(`Approved change: ${plan.kubectl}`, 3_000),
        blocks: [
          section(`*Approved change*: ${mrkdwn(fixTitle(fix), 200)}`),
          preformatted(plan.diff),
          preformatted(`$ ${plan.kubectl}`),
        ],
      },
    ];
  });
}

type Entry = IncidentView["timeline"][number];

/** Whom Slack knows of those who approved a change, as mentions. */
function approvers(view: IncidentView, judgedAt: number): string {
  const judged = view.fixes.find(({ plan }) => plan?.verification?.at === judgedAt)?.plan;
  const ids = (judged?.approvals ?? []).flatMap(({ by }) => /^slack:([UW][A-Z0-9]{1,30})$/.exec(by.id)?.[1] ?? []);
  return [...new Set(ids)].map((id) => `<@${id}> `).join("");
}

/**
 * What somebody who has turned to something else, or gone back to bed, has to hear: the change they approved did not help or was
 * not made, or the trouble is back. An edited message calls nobody.
 */
function calls(entry: Entry, view: IncidentView): { readonly whom: string } | undefined {
  if (["recurred", "not-applied", "not-undone"].includes(entry.kind)) return { whom: "" };
  if (entry.kind !== "verified" || entry.text.startsWith(upperFirst(verdictWords.recovered))) return undefined;
  return { whom: approvers(view, entry.at) };
}

function step(entry: Entry, view: IncidentView): ThreadReply {
  const key = `timeline:${entry.id}`;
  const at = slackTime(entry.at, "{time_secs}");
  const told = prose(entry.text, 2_200, entry.at);
  const call = calls(entry, view);
  if (!call) return { key, text: mrkdwn(entry.text, 3_000), blocks: [section(`${at}  ${told}`)] };
  return {
    key,
    // In a notification the message above it is not seen.
    text: `${call.whom}${mrkdwn(`${view.incident.title}: ${entry.text}`, 2_900)}`,
    blocks: [section(`:warning: ${at}  ${call.whom}${told}`)],
    broadcast: true,
  };
}

/** Everything that belongs into the thread by now, in order. */
export function renderThread(view: IncidentView): readonly ThreadReply[] {
  const evidence = evidenceReply(view);
  const steps = view.timeline
    // Detection and diagnosis are the message itself and the evidence reply; what was told of a part stands in its own thread.
    .filter((entry) => entry.kind !== "detected" && entry.kind !== "diagnosed" && entry.of === undefined)
    .map((entry) => step(entry, view));
  return [...(evidence ? [evidence] : []), ...diffReplies(view), ...steps];
}
