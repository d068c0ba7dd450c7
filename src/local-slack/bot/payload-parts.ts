import { createHash } from "node:crypto";
import type { CoreBase as Core } from "../core-base.ts";
import type { Fields } from "../json.ts";
import type { Room } from "../state/room.ts";

/** The deprecated verification token; apps must not trust it, but every payload carries it. */
export function verificationToken(core: Core): string {
  return createHash("sha256").update(core.settings.signingSecret).digest("base64url").slice(0, 24);
}

/** Workspace of a person: strangers of shared channels have their own. */
export function teamOf(core: Core, user: string): string {
  const known = core.workspace.users.get(user);
  return known?.team_id ?? (known?.is_stranger === true ? "T0STRANGERS" : core.settings.team.id);
}

/** The fields that open every interaction payload. */
export function interactionHead(core: Core, user: string): Fields {
  const { team, bot } = core.settings;
  const person = core.workspace.users.get(user);
  const name = person?.name ?? user;
  return {
    user: { id: user, username: name, name, team_id: teamOf(core, user) },
    api_app_id: bot.app_id,
    token: verificationToken(core),
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** A conversation as interaction payloads name it. */
export function conversation(room: Room): Fields {
  return { id: room.id, name: room.info.is_private === true ? "privategroup" : room.info.name };
}
