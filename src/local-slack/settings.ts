import { systemClock } from "../lib/clock.ts";
import { secretToken } from "./ids.ts";
import type { LocalSlackChannel, LocalSlackOptions, LocalSlackUser } from "./options.ts";

const team = { id: "T0LOCAL0001", name: "Local workspace", domain: "local-workspace" };

/** Roles rather than people: one for every right an approval policy can tell apart. */
const users: readonly LocalSlackUser[] = [
  { id: "U0LOCALLEAD", name: "lead", real_name: "Incident lead", email: "lead@example.com", title: "May approve" },
  {
    id: "U0LOCALONCL",
    name: "oncall",
    real_name: "On-call engineer",
    email: "oncall@example.com",
    title: "May approve",
  },
  { id: "U0LOCALVIEW", name: "viewer", real_name: "Viewer", email: "viewer@example.com", title: "May look" },
  { id: "U0LOCALGUES", name: "guest", real_name: "Guest", email: "guest@example.net", is_restricted: true },
  { id: "U0LOCALSTRG", name: "partner", real_name: "Partner of another workspace", is_stranger: true },
];

const userGroups = [
  { id: "S0LOCALSRE1", handle: "sre", name: "Site reliability", users: ["U0LOCALLEAD", "U0LOCALONCL"] },
];

const channels: readonly LocalSlackChannel[] = [
  {
    id: "C0LOCALINCI",
    name: "incidents",
    topic: "What is going wrong, and what is done about it",
    is_ext_shared: true,
  },
  { id: "C0LOCALOPS1", name: "ops", topic: "Everything else" },
];

const bot = {
  user_id: "U0LOCALBOT1",
  bot_id: "B0LOCALBOT1",
  app_id: "A0LOCALAPP1",
  name: "kubemend",
  real_name: "kubemend",
};

/** What Slack sends to an app that subscribed to these, one entry for each `events:` line of a manifest. */
const events = ["app_mention", "message", "app_home_opened", "reaction_added", "reaction_removed"];

/** Every option with its default filled in; tokens are random unless given, so nothing outside can guess them. */
export function settle(options: LocalSlackOptions) {
  return {
    port: options.port ?? 0,
    host: options.host ?? "127.0.0.1",
    signingSecret: options.signingSecret ?? secretToken(),
    botToken: options.botToken ?? `xoxb-local-${secretToken()}`,
    scopes: options.scopes,
    appToken: options.appToken ?? `xapp-1-local-${secretToken()}`,
    team: options.team ?? team,
    bot: options.bot ?? bot,
    users: options.users ?? users,
    channels: options.channels ?? channels,
    userGroups: options.userGroups ?? (options.users === undefined ? userGroups : []),
    commands: options.commands,
    botUrl: options.botUrl,
    shortcuts: options.shortcuts ?? [],
    events: new Set(options.events ?? events),
    clock: options.clock ?? systemClock,
    ackDeadlineMs: options.ackDeadlineMs ?? 3_000,
    triggerLifeMs: options.triggerLifeMs ?? 3_000,
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? [250, 60_000, 300_000],
    fileReadyAfterMs: options.fileReadyAfterMs ?? 0,
    ratePerMinute: options.ratePerMinute ?? {},
    limits: {
      messagesPerChannel: 1_000,
      requestLog: 5_000,
      ephemerals: 500,
      fileBytes: 20_000_000,
      allFilesBytes: 200_000_000,
      ...options.limits,
    },
  } as const;
}

export type Settings = ReturnType<typeof settle>;
