import { wallTimeAt } from "../../lib/time-zone.ts";
import { teamOf } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import { defined, type Fields } from "../json.ts";
import type { LocalSlackUser } from "../options.ts";
import { paged } from "./args.ts";
import { person } from "./lookup.ts";
import type { Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

/** A zone as Slack names it, with its offset from UTC at a moment (ms), in seconds; nothing of who has none. */
function zoneOf(tz: string, now: number): Fields {
  if (tz === "") return {};
  const name = new Intl.DateTimeFormat("en-US", { timeZone: tz, timeZoneName: "long" }).formatToParts(now);
  const { year, month, day, hour, minute } = wallTimeAt(now, tz);
  const offset = Date.UTC(year, month - 1, day, hour, minute) - Math.floor(now / 60_000) * 60_000;
  return { tz, tz_label: name.find(({ type }) => type === "timeZoneName")?.value ?? tz, tz_offset: offset / 1_000 };
}

/** A user as users.info shows it. People of other workspaces come without an e-mail address. */
function userObject(core: Core, user: LocalSlackUser): Fields {
  const stranger = user.is_stranger === true;
  const isBot = user.is_bot === true;
  return defined({
    id: user.id,
    team_id: teamOf(core, user.id),
    name: user.name,
    deleted: user.deleted === true,
    color: "4bbe2e",
    real_name: user.real_name,
    ...zoneOf(user.tz ?? "Etc/UTC", core.settings.clock.now()),
    profile: defined({
      title: user.title ?? "",
      real_name: user.real_name,
      real_name_normalized: user.real_name,
      display_name: user.real_name,
      display_name_normalized: user.real_name,
      email: stranger || isBot ? undefined : user.email,
      status_text: "",
      status_emoji: "",
      team: teamOf(core, user.id),
      api_app_id: isBot && user.id === core.settings.bot.user_id ? core.settings.bot.app_id : undefined,
      bot_id: isBot && user.id === core.settings.bot.user_id ? core.settings.bot.bot_id : undefined,
    }),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.is_restricted === true,
    is_ultra_restricted: user.is_ultra_restricted === true,
    is_bot: isBot,
    is_app_user: user.is_app_user === true,
    is_email_confirmed: user.is_email_confirmed,
    is_stranger: stranger || undefined,
    updated: 0,
  });
}

/** @see https://docs.slack.dev/reference/methods?family=users */
export const users: Methods = {
  "users.info": (args, core) => ({ user: userObject(core, person(core, args.required("user"))) }),

  "users.list": (args, core) => {
    const members = [...core.workspace.users.values()].filter((user) => user.is_stranger !== true);
    const { page, response_metadata } = paged(members, args);
    const cache_ts = Math.floor(core.settings.clock.now() / 1000);
    return { members: page.map((user) => userObject(core, user)), cache_ts, response_metadata };
  },

  "users.lookupByEmail": (args, core) => {
    const email = args.required("email").toLowerCase();
    const found = [...core.workspace.users.values()].find(
      (user) => user.is_stranger !== true && user.email?.toLowerCase() === email,
    );
    return { user: userObject(core, found ?? refuse("users_not_found")) };
  },

  "usergroups.list": (args, core) => ({
    usergroups: core.workspace.userGroups.map((group) => ({
      id: group.id,
      team_id: core.settings.team.id,
      is_usergroup: true,
      name: group.name,
      handle: group.handle,
      description: "",
      is_external: false,
      date_delete: 0,
      user_count: group.users.length,
      ...(args.flag("include_users") === true ? { users: group.users } : {}),
    })),
  }),

  "usergroups.users.list": (args, core) => {
    const id = args.required("usergroup");
    const group = core.workspace.userGroups.find((candidate) => candidate.id === id);
    return { users: (group ?? refuse("no_such_subteam")).users };
  },
};
