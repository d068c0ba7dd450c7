import type { KnownBlock } from "@slack/types";
import { untilToken } from "../../../lib/until-token.ts";
import { cut } from "../../words.ts";
import { context, limits, section } from "../render/blocks.ts";
import { escapeMrkdwn, mrkdwn } from "../render/text.ts";
import type { Command, CommandAnswer, CommandContext } from "./command.ts";
import { houseCommands } from "./commands-house.ts";
import { incidentCommands } from "./commands-incidents.ts";

const help: Command = {
  usage: "help",
  what: "this list",
  run: async () => ({ text: "What `/incident` can do", blocks: helpBlocks(), personal: true }),
};

/** In the order of the help. */
const commands: Readonly<Record<string, Command>> = { ...incidentCommands, ...houseCommands, help };

/** More than any command takes: words for the timeline are the longest. */
const mostChars = 3_000;

const helpGroups = [
  ["Incidents", Object.values(incidentCommands)],
  ["Silences, changes, kubemend itself", [...Object.values(houseCommands), help]],
] as const;

function helpBlocks(): KnownBlock[] {
  const groups = helpGroups.map(([title, list]) =>
    section(
      [
        `*${title}*`,
        ...list.map(({ usage, what }) => `\`/incident ${escapeMrkdwn(usage)}\`  ${escapeMrkdwn(what)}`),
      ].join("\n"),
    ),
  );
  return [
    ...groups,
    context(
      "Answers are shown to you alone; `--share` shows them to the channel. Questions: in an incident's thread with a question mark, or to @kubemend anywhere.",
    ),
  ];
}

/** Number of single-character edits between two words (Levenshtein 1966), for "did you mean". */
function editDistance(a: string, b: string): number {
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

/** What people call these things elsewhere. */
const otherWords: Readonly<Record<string, string>> = {
  acknowledge: "ack",
  take: "ack",
  close: "resolve",
  open: "declare",
  new: "declare",
  create: "declare",
  mute: "silence",
  snooze: "silence",
  unmute: "unsilence",
  status: "list",
  ls: "list",
  pm: "postmortem",
  experiment: "chaos",
  login: "web",
};

/** The nearest command with what was typed after it, ready to be copied; the whole list where nothing is near. */
function unknownWord(word: string, args: readonly string[]): string {
  const name = word.toLowerCase().slice(0, 30);
  const [nearest] = Object.keys(commands)
    .map((known) => ({ known, off: editDistance(name, known) }))
    .sort((a, b) => a.off - b.off);
  const other = Object.hasOwn(otherWords, name) ? otherWords[name] : undefined;
  const near = nearest && nearest.off <= Math.max(2, Math.floor(nearest.known.length / 3)) ? nearest.known : undefined;
  const unknown = `I do not know "${cut(word, 40)}".`;
  const known = other ?? near;
  if (known === undefined)
    return `${unknown} There are ${Object.keys(commands).join(", ")}; \`/incident help\` says what they do.`;
  const meant = cut([known, ...args].join(" ").replaceAll("`", "'"), 200);
  return `${unknown} Did you mean \`/incident ${meant}\`? \`/incident help\` lists everything.`;
}

/** Whether these words begin with one that `answerCommand` knows. */
export function isCommand(text: string): boolean {
  const [word = ""] = text.trim().toLowerCase().split(/\s+/);
  return Object.hasOwn(commands, word);
}

/** Phones and Macs make one dash out of two. */
const isShare = (word: string) => /^(?:--|[\u2013\u2014])share$/.test(word);

/** Answers what was typed after `/incident`. `share`: the person wants everybody in the channel to see it. */
export async function answerCommand(
  text: string,
  context: CommandContext,
): Promise<CommandAnswer & { readonly share: boolean }> {
  const words = untilToken(text.trim(), mostChars).split(/\s+/);
  const share = words.some(isShare);
  const said = words.filter((one) => !isShare(one));
  // A number alone is an incident that somebody wants to see.
  const [word = "", ...args] = /^#?\d{1,18}$/.test(said[0] ?? "") ? ["show", ...said] : said;
  const name = word.toLowerCase() || "help";
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) {
    const answer = await command.run(args, { ...context, typed: name });
    return { ...answer, text: mrkdwn(answer.text, limits.section), share: share && answer.personal !== true };
  }
  return { text: mrkdwn(unknownWord(word, args), limits.section), personal: true, share: false };
}
