import type { Workspace } from "../state/workspace.ts";

const specials = new Set(["here", "channel", "everyone"]);

/** The text Slack stores for what a person typed: markup characters escaped, then mentions and links marked up. */
export function userText(workspace: Pick<Workspace, "users" | "rooms" | "userGroups">, typed: string): string {
  const escaped = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped
    .replaceAll(/(^|[\s(])(https?:\/\/[^\s<>]+)/g, (_all, before: string, url: string) => `${before}<${url}>`)
    .replaceAll(/(^|[\s(])@([\w.-]*\w)/g, (all, before: string, handle: string) => {
      const mention = mentionOf(workspace, handle);
      return mention === undefined ? all : before + mention;
    })
    .replaceAll(/(^|[\s(])#([\w-]+)/g, (all, before: string, name: string) => {
      const room = [...workspace.rooms.values()].find((entry) => entry.kind === "channel" && entry.info.name === name);
      return room ? `${before}<#${room.id}|${name}>` : all;
    });
}

function mentionOf(workspace: Pick<Workspace, "users" | "userGroups">, handle: string): string | undefined {
  if (specials.has(handle)) return `<!${handle}>`;
  const user = [...workspace.users.values()].find(({ name }) => name === handle);
  if (user) return `<@${user.id}>`;
  const group = workspace.userGroups.find((entry) => entry.handle === handle);
  return group && `<!subteam^${group.id}|@${handle}>`;
}
