import type { KnownBlock } from "@slack/types";
import type { Person } from "../../../incident/approval.ts";
import { unresolvedStatuses } from "../../../incident/status.ts";
import type { Desk } from "../../desk.ts";
import { rememberedLines, whyForgotten } from "../../remembered.ts";
import { cut } from "../../words.ts";
import { section } from "../render/blocks.ts";
import { mrkdwn, slackSay } from "../render/text.ts";

export interface CommandAnswer {
  /** As it is; what foreign text in it means to Slack is taken out where it is sent. */
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
  /** Meant for who asked, also when sharing was asked for: it carries buttons or says that something was wrong. */
  readonly personal?: true;
}

export interface CommandContext {
  readonly desk: Desk;
  readonly by: Person;
  readonly now: number;
  /** By which times of day are meant that are typed. */
  readonly timeZone: string;
  /** The command's own word, for examples of it. */
  readonly typed?: string;
}

/** One word after `/incident`. */
export interface Command {
  readonly usage: string;
  readonly what: string;
  run(args: readonly string[], context: CommandContext): Promise<CommandAnswer>;
}

const openShown = 5;

/** Asks for the number, with those that it may be: at three in the morning nobody looks them up. */
async function whichIncident({ desk, typed }: CommandContext): Promise<CommandAnswer> {
  const open = await desk.list({ statuses: unresolvedStatuses, limit: openShown });
  const word = typed ?? "show";
  const choices = open.map(({ id, title }) => `\`/incident ${word} ${id}\`  ${cut(title, 120)}`);
  return {
    text:
      choices.length === 0
        ? `Say which incident, for example \`/incident ${word} 42\`. None is open; \`/incident list all\` shows the latest ones.`
        : ["Say which incident:", ...choices].join("\n"),
    personal: true,
  };
}

/** Runs `act` with the incident's number, `42` or `#42`. */
export async function withIncident(
  args: readonly string[],
  context: CommandContext,
  act: (id: string) => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  const id = args[0]?.replace(/^#/, "");
  return id && /^\d{1,18}$/.test(id) ? act(id) : whichIncident(context);
}

/** Says why there is nothing to show; of an incident that was deleted after its days, with what is still known of it. */
export async function unknownIncident({ desk }: CommandContext, id: string): Promise<CommandAnswer> {
  const past = await desk.remembered(id);
  if (!past)
    return {
      text: `There is no incident ${id}, or it was deleted after the days that resolved incidents are kept. \`/incident list all\` shows the latest ones.`,
      personal: true,
    };
  const lines = rememberedLines(past, slackSay).map(([name, text]) => `*${name}*: ${text}`);
  return {
    text: `Incident ${id}: ${past.title}`,
    blocks: [section(`*Incident ${id}*: ${mrkdwn(past.title, 300)}\n${whyForgotten}`), section(lines.join("\n"))],
  };
}
