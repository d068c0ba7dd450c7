import type { KnownBlock } from "@slack/types";
import { causeText } from "../../../incident/diagnosis/cause-text.ts";
import { refText } from "../../../incident/object-ref.ts";
import { type Severity, severities } from "../../../incident/severity.ts";
import type { WorkloadAnswer } from "../../desk.ts";
import type { IncidentView } from "../../incident-view.ts";
import { confidenceWords, cut, percent } from "../../words.ts";
import { context, preformatted, section } from "../render/blocks.ts";
import { renderIncident } from "../render/render-incident.ts";
import { renderPostmortem } from "../render/render-postmortem.ts";
import { renderEvidence } from "../render/render-thread.ts";
import { mrkdwn, prose, slackTime } from "../render/text.ts";
import { type Command, type CommandAnswer, unknownIncident, withIncident } from "./command.ts";
import { listCommand } from "./list-command.ts";

const timelineShown = 40;
// Slack refuses messages whose blocks are too long together (about 13,000 characters).
const quotesShown = 4;
const evidenceQuoted = 5;

const shown = (view: IncidentView): CommandAnswer => ({ ...renderIncident(view), text: view.incident.title });

/** Joins rows into as few texts as fit into a section. */
function chunk(rows: readonly string[]): string[] {
  const texts: string[] = [];
  for (const row of rows) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + row.length < 2_850) texts[texts.length - 1] = `${last}\n${row}`;
    else texts.push(row);
  }
  return texts.length > 0 ? texts : ["Nothing yet."];
}

/** What a look at one workload came to; nothing of it is stored. */
function lookedAt(answer: Extract<WorkloadAnswer, { type: "diagnosed" }>): CommandAnswer {
  const { target, diagnosis, recommendations, evidence } = answer;
  const [first] = diagnosis.hypotheses;
  const causes = diagnosis.hypotheses
    .slice(0, 3)
    .map(
      (one) =>
        `• ${mrkdwn(causeText(one.cause, one.culprit), 200)}: ${confidenceWords(one.probability)} (${percent(one.probability)})`,
    );
  const cited = evidence.filter((item) => first?.evidence.includes(item.id)).slice(0, evidenceQuoted);
  return {
    text: `A look at ${refText(target)}`,
    blocks: [
      section(`*A look at ${mrkdwn(refText(target), 160)}*\n${prose(diagnosis.summary, 1_500, diagnosis.madeAt)}`),
      section(causes.join("\n") || "No cause fits what is seen."),
      ...cited.flatMap((item): KnownBlock[] => [
        section(`*${item.id}*  ${item.source} of ${mrkdwn(refText(item.about), 160)}`),
        preformatted(`${cut(item.text, 500)}\n\n$ ${cut(item.query, 200)}`),
      ]),
      ...recommendations
        .slice(0, 1)
        .flatMap((one): KnownBlock[] => [
          section(`*What would help*: ${mrkdwn(one.reason, 500)}`),
          preformatted(`$ ${one.kubectl}`),
        ]),
      context("By rules, from what is observed now; nothing of it is kept. `/incident declare` makes it an incident."),
    ],
  };
}

const isSeverity = (word: string): word is Severity => (severities as readonly string[]).includes(word);

export const incidentCommands: Readonly<Record<string, Command>> = {
  list: listCommand,
  show: {
    usage: "show <number>",
    what: "one incident with its cause and fixes",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => {
        const view = await asked.desk.view(id);
        return view ? shown(view) : unknownIncident(asked, id);
      }),
  },
  declare: {
    usage: "declare [severity] [on <workload>] <what is wrong>",
    what: "open an incident by hand",
    async run(args, { desk, by }) {
      const words = [...args];
      const first = words[0]?.toLowerCase() ?? "";
      const severity: Severity = isSeverity(first) ? first : "high";
      if (isSeverity(first)) words.shift();
      const workload = words[0] === "on" ? words.splice(0, 2)[1] : undefined;
      const outcome = await desk.declare(
        { title: words.join(" "), severity, ...(workload === undefined ? {} : { workload }) },
        by,
      );
      return { text: outcome.text, ...(outcome.ok ? {} : { personal: true as const }) };
    },
  },
  diagnose: {
    usage: "diagnose <workload>",
    what: "look at one workload now, for example `shop/carts`",
    async run([workload], asked) {
      const { desk, by } = asked;
      if (!workload)
        return { text: "Say which workload, for example `/incident diagnose shop/carts`.", personal: true };
      const answer = await desk.diagnose(workload, by);
      if (answer.type === "nothing") return { text: answer.text };
      if (answer.type === "diagnosed") return lookedAt(answer);
      const view = await desk.view(answer.incidentId);
      return view ? shown(view) : unknownIncident(asked, answer.incidentId);
    },
  },
  ack: {
    usage: "ack <number>",
    what: "take an incident",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => ({ text: (await asked.desk.acknowledge(id, asked.by)).text })),
  },
  resolve: {
    usage: "resolve <number>",
    what: "close an incident by hand",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => ({ text: (await asked.desk.resolve(id, asked.by)).text })),
  },
  reopen: {
    usage: "reopen <number>",
    what: "open a resolved incident again",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => ({ text: (await asked.desk.reopen(id, asked.by)).text })),
  },
  note: {
    usage: "note <number> <words>",
    what: "add words to an incident's timeline",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => {
        const words = args.slice(1).join(" ");
        if (words === "")
          return { text: `Say what to add: \`/incident note ${id} the provider has been called\`.`, personal: true };
        return { text: (await asked.desk.addNote(id, words, asked.by)).text };
      }),
  },
  timeline: {
    usage: "timeline <number>",
    what: "what happened when",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => {
        const view = await asked.desk.view(id);
        if (!view) return unknownIncident(asked, id);
        const rows = view.timeline
          .slice(-timelineShown)
          .map((entry) => `${slackTime(entry.at, "{time_secs}")}  ${prose(entry.text, 300, entry.at)}`);
        return {
          text: `Timeline of incident ${id}`,
          blocks: chunk(rows)
            .slice(0, quotesShown)
            .map((text) => section(text)),
        };
      }),
  },
  evidence: {
    usage: "evidence <number>",
    what: "what the cause rests on, and what was ruled out",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => {
        const view = await asked.desk.view(id);
        if (!view) return unknownIncident(asked, id);
        const blocks = renderEvidence(view);
        return blocks
          ? { text: `Evidence of incident ${id}`, blocks }
          : { text: `Nothing speaks for a cause of incident ${id} yet.` };
      }),
  },
  postmortem: {
    usage: "postmortem <number>",
    what: "the whole story of an incident",
    run: (args, asked) =>
      withIncident(args, asked, async (id) => {
        const markdown = await asked.desk.postmortem(id);
        return markdown === undefined
          ? {
              text: `There is no incident ${id}, or no diagnosis of it yet. \`/incident list all\` shows them.`,
              personal: true,
            }
          : { text: `Post-mortem of incident ${id}`, blocks: renderPostmortem(markdown, id) };
      }),
  },
};
