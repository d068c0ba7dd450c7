import { slackId } from "../ids.ts";
import type { LocalSlackUser, LocalSlackUserGroup } from "../options.ts";
import type { Settings } from "../settings.ts";
import type { FileRecord, PendingUpload } from "./file.ts";
import type { Ephemeral } from "./message.ts";
import type { Room } from "./room.ts";
import { createUpdates, type Updates } from "./updates.ts";
import type { View } from "./view.ts";

/** Everything the workspace holds, in memory. */
export interface Workspace {
  readonly users: ReadonlyMap<string, LocalSlackUser>;
  readonly userGroups: readonly LocalSlackUserGroup[];
  readonly rooms: Map<string, Room>;
  /** By user; the oldest go first when there are too many. */
  readonly ephemerals: Ephemeral[];
  /** Modals open for a user, the visible one last. */
  readonly modals: Map<string, readonly View[]>;
  readonly homes: Map<string, View>;
  readonly files: Map<string, FileRecord>;
  readonly uploads: Map<string, PendingUpload>;
  readonly updates: Updates;
  /** A ts no message has yet: Unix seconds and six digits that make it unique. */
  nextTs(): string;
}

/** The people, groups and channels of the settings, with the bot among the people; no messages yet. */
export function createWorkspace(settings: Settings): Workspace {
  const { bot, clock } = settings;
  const botUser: LocalSlackUser = { id: bot.user_id, name: bot.name, real_name: bot.real_name, is_bot: true };
  const users = new Map([...settings.users, botUser].map((user) => [user.id, user]));
  const people = settings.users.filter((user) => user.is_bot !== true);
  const created = Math.floor(clock.now() / 1000);
  const rooms = new Map<string, Room>();
  for (const { id, members, bot_is_member: withBot = true, ...info } of settings.channels) {
    const everyone = people.filter((user) => user.is_stranger !== true || info.is_ext_shared === true);
    const inside = members ?? everyone.map((user) => user.id);
    rooms.set(id, emptyRoom(id, "channel", info, [...inside, ...(withBot ? [bot.user_id] : [])], created));
  }
  return {
    users,
    userGroups: settings.userGroups,
    rooms,
    ephemerals: [],
    modals: new Map(),
    homes: new Map(),
    files: new Map(),
    uploads: new Map(),
    updates: createUpdates(),
    nextTs: tsSource(() => clock.now()),
  };
}

function emptyRoom(
  id: string,
  kind: Room["kind"],
  info: Room["info"],
  members: readonly string[],
  created: number,
): Room {
  return { id, kind, info, created, members: new Set(members), messages: new Map(), threads: new Map(), dropped: 0 };
}

/** The direct conversation between a person and the bot, opened when it does not exist yet. */
export function directRoom(workspace: Workspace, settings: Settings, user: string): Room {
  for (const room of workspace.rooms.values()) if (room.with === user) return room;
  const created = Math.floor(settings.clock.now() / 1000);
  const info = { name: "directmessage" };
  const room: Room = { ...emptyRoom(slackId("D"), "im", info, [user, settings.bot.user_id], created), with: user };
  workspace.rooms.set(room.id, room);
  workspace.updates.publish({ kind: "workspace" });
  return room;
}

/** Timestamps that never repeat and never go back, even when the clock does. */
function tsSource(now: () => number): () => string {
  let lastMicros = 0;
  return () => {
    lastMicros = Math.max(lastMicros + 1, now() * 1000);
    const micros = Math.floor(lastMicros);
    return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`;
  };
}
