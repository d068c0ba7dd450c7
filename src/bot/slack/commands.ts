import type { KnownBlock } from "@slack/types";
import type { Person } from "../../incident/approval.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Desk } from "../desk.ts";
import { preformatted, section } from "./blocks.ts";
import { renderIncident } from "./render-incident.ts";
import { cut, duration, mrkdwn, slackTime } from "./text.ts";

export interface CommandAnswer {
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
}

interface Command {
  readonly usage: string;
  readonly what: string;
  run(args: readonly string[], context: { desk: Desk; by: Person; now: number }): Promise<CommandAnswer>;
}

const listLimit = 15;

function line(incident: Incident, now: number): string {
  const end = incident.resolvedAt ?? now;
  return `*${incident.id}*  ${mrkdwn(incident.title, 200)}  ·  ${incident.severity}, ${incident.status}, since ${slackTime(incident.onset)} (${duration(end - incident.onset)})`;
}

const needsId: CommandAnswer = {
  text: "Say which incident, for example `/incident show 42`. `/incident list` shows the numbers.",
};

async function withIncident(
  args: readonly string[],
  act: (id: string) => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  const id = args[0]?.replace(/^#/, "");
  return id && /^\d+$/.test(id) ? act(id) : needsId;
}

/** In the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  list: {
    usage: "list [all]",
    what: "open incidents, or the latest of all",
    async run(args, { desk, now }) {
      const all = args[0] === "all";
      const incidents = await desk.list(
        all ? { limit: listLimit } : { statuses: ["open", "acknowledged", "mitigating", "reopened"], limit: listLimit },
      );
      if (incidents.length === 0)
        return {
          text: all
            ? "There has been no incident yet."
            : "No open incident. `/incident list all` shows the latest ones.",
        };
      return {
        text: `${incidents.length} incidents`,
        blocks: incidents.map((incident) => section(line(incident, now))),
      };
    },
  },
  show: {
    usage: "show <number>",
    what: "one incident with its cause and fixes",
    run: (args, { desk }) =>
      withIncident(args, async (id) => {
        const view = await desk.view(id);
        return view
          ? renderIncident(view)
          : { text: `There is no incident ${id}. \`/incident list all\` shows the latest ones.` };
      }),
  },
  ack: {
    usage: "ack <number>",
    what: "take an incident",
    run: (args, { desk, by }) => withIncident(args, async (id) => ({ text: (await desk.acknowledge(id, by)).text })),
  },
  resolve: {
    usage: "resolve <number>",
    what: "close an incident by hand",
    run: (args, { desk, by }) => withIncident(args, async (id) => ({ text: (await desk.resolve(id, by)).text })),
  },
  reopen: {
    usage: "reopen <number>",
    what: "open a resolved incident again",
    run: (args, { desk, by }) => withIncident(args, async (id) => ({ text: (await desk.reopen(id, by)).text })),
  },
  timeline: {
    usage: "timeline <number>",
    what: "what happened when",
    run: (args, { desk }) =>
      withIncident(args, async (id) => {
        const view = await desk.view(id);
        if (!view) return { text: `There is no incident ${id}.` };
        const rows = view.timeline
          .slice(-40)
          .map((entry) => `${slackTime(entry.at, "{time_secs}")}  ${mrkdwn(entry.text, 300)}`);
        return { text: `Timeline of incident ${id}`, blocks: chunk(rows).map((text) => section(text)) };
      }),
  },
  postmortem: {
    usage: "postmortem <number>",
    what: "the whole story of an incident, as Markdown",
    run: (args, { desk }) =>
      withIncident(args, async (id) => {
        const markdown = await desk.postmortem(id);
        return markdown === undefined
          ? { text: `There is no incident ${id}, or no diagnosis of it yet. \`/incident list all\` shows them.` }
          : { text: `Post-mortem of incident ${id}`, blocks: quoted(markdown, id) };
      }),
  },
  freeze: {
    usage: "freeze",
    what: "stop all changes at once",
    run: async (_args, { desk, by }) => ({ text: (await desk.freeze(true, by)).text }),
  },
  unfreeze: {
    usage: "unfreeze",
    what: "allow changes again",
    run: async (_args, { desk, by }) => ({ text: (await desk.freeze(false, by)).text }),
  },
  help: { usage: "help", what: "this list", run: async () => ({ text: helpText() }) },
};

// Slack refuses messages whose blocks are too long together (about 13,000 characters).
const quotesShown = 4;

/** A long text as it is, cut at line ends into blocks; what does not fit is said. */
function quoted(markdown: string, incidentId: string): KnownBlock[] {
  const texts = chunk(markdown.split("\n").map((row) => cut(row, 2_800)));
  const blocks: KnownBlock[] = texts.slice(0, quotesShown).map((text) => preformatted(text));
  if (texts.length > quotesShown)
    blocks.push(
      section(
        `… cut here. The whole text comes as \`postmortem-${incidentId}.md\` into the incident's thread when it is resolved.`,
      ),
    );
  return blocks;
}

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

function helpText(): string {
  return Object.values(commands)
    .map((command) => `\`/incident ${command.usage}\`  ${command.what}`)
    .join("\n");
}

/** Number of single-character edits between two words (Levenshtein 1966), for "did you mean". */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Answers what was typed after `/incident`. */
export async function answerCommand(
  text: string,
  context: { desk: Desk; by: Person; now: number },
): Promise<CommandAnswer> {
  const [word = "", ...args] = text.trim().slice(0, 500).split(/\s+/);
  const name = word.toLowerCase() || "help";
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command.run(args, context);
  const nearest = Object.keys(commands).sort(
    (a, b) => editDistance(name.slice(0, 30), a) - editDistance(name.slice(0, 30), b),
  )[0];
  return { text: `I do not know "${mrkdwn(word, 40)}". Did you mean \`/incident ${nearest}\`?\n${helpText()}` };
}
