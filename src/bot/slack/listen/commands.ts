import { cut } from "../../words.ts";
import { limits } from "../render/blocks.ts";
import { mrkdwn } from "../render/text.ts";
import type { Command, CommandAnswer, CommandContext } from "./command.ts";
import { houseCommands } from "./commands-house.ts";
import { incidentCommands } from "./commands-incidents.ts";

/** In the order of the help. */
const commands: Readonly<Record<string, Command>> = {
  ...incidentCommands,
  ...houseCommands,
  help: { usage: "help", what: "this list", run: async () => ({ text: helpText(), personal: true }) },
};

const mostChars = 1_000;

function helpText(): string {
  const lines = Object.values(commands).map((command) => `\`/incident ${command.usage}\`  ${command.what}`);
  return [...lines, "Answers are shown to you alone; `--share` shows them to the channel."].join("\n");
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

/** The nearest command with what was typed after it, ready to be copied; the whole list where nothing is near. */
function unknownWord(word: string, args: readonly string[]): string {
  const name = word.toLowerCase().slice(0, 30);
  const [nearest] = Object.keys(commands)
    .map((known) => ({ known, off: editDistance(name, known) }))
    .sort((a, b) => a.off - b.off);
  const unknown = `I do not know "${cut(word, 40)}".`;
  if (!nearest || nearest.off > Math.max(2, Math.floor(nearest.known.length / 3))) return `${unknown}\n${helpText()}`;
  const meant = cut([nearest.known, ...args].join(" ").replaceAll("`", "'"), 200);
  return `${unknown} Did you mean \`/incident ${meant}\`? \`/incident help\` lists everything.`;
}

/** Whether these words begin with one that `answerCommand` knows. */
export function isCommand(text: string): boolean {
  const [word = ""] = text.trim().toLowerCase().split(/\s+/);
  return Object.hasOwn(commands, word);
}

/** Answers what was typed after `/incident`. `share`: the person wants everybody in the channel to see it. */
export async function answerCommand(
  text: string,
  context: CommandContext,
): Promise<CommandAnswer & { readonly share: boolean }> {
  const words = text.trim().slice(0, mostChars).split(/\s+/);
  const share = words.includes("--share");
  const [word = "", ...args] = words.filter((one) => one !== "--share");
  const name = word.toLowerCase() || "help";
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) {
    const answer = await command.run(args, context);
    return { ...answer, text: mrkdwn(answer.text, limits.section), share: share && answer.personal !== true };
  }
  return { text: mrkdwn(unknownWord(word, args), limits.section), personal: true, share: false };
}
