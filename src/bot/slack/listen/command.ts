import type { KnownBlock } from "@slack/types";
import type { Person } from "../../../incident/approval.ts";
import type { Desk } from "../../desk.ts";

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
}

/** One word after `/incident`. */
export interface Command {
  readonly usage: string;
  readonly what: string;
  run(args: readonly string[], context: CommandContext): Promise<CommandAnswer>;
}

const needsId: CommandAnswer = {
  text: "Say which incident, for example `/incident show 42`. `/incident list` shows the numbers.",
  personal: true,
};

/** Runs `act` with the incident's number, `42` or `#42`. */
export async function withIncident(
  args: readonly string[],
  act: (id: string) => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  const id = args[0]?.replace(/^#/, "");
  return id && /^\d{1,18}$/.test(id) ? act(id) : needsId;
}

export const unknownIncident = (id: string): CommandAnswer => ({
  text: `There is no incident ${id}. \`/incident list all\` shows the latest ones.`,
  personal: true,
});
