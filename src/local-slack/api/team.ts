import { fieldsOf } from "../json.ts";
import type { Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

/** Who and where the app is. */
export const team: Methods = {
  "api.test": (args) => {
    const error = args.text("error");
    return error === undefined ? { args: fieldsOf(args.raw) } : refuse(error);
  },

  "auth.test": (_args, core) => {
    const { team: workspace, bot } = core.settings;
    return {
      url: `${core.url()}/`,
      team: workspace.name,
      user: bot.name,
      team_id: workspace.id,
      user_id: bot.user_id,
      bot_id: bot.bot_id,
      is_enterprise_install: false,
    };
  },

  "team.info": (_args, core) => {
    const { id, name, domain } = core.settings.team;
    return { team: { id, name, domain, url: `${core.url()}/`, email_domain: "", icon: { image_default: true } } };
  },

  "bots.info": (args, core) => {
    const { bot } = core.settings;
    if (args.text("bot") !== undefined && args.text("bot") !== bot.bot_id) return refuse("bot_not_found");
    return {
      bot: {
        id: bot.bot_id,
        deleted: false,
        name: bot.real_name,
        updated: 0,
        app_id: bot.app_id,
        user_id: bot.user_id,
      },
    };
  },

  // Socket Mode; the caller has checked that the token is an app-level one.
  "apps.connections.open": (_args, core) => ({
    url: core.url().replace(/^http/, "ws") + core.socketMode.openPath(),
  }),
};
