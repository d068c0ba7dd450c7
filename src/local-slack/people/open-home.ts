import type { Core } from "../core.ts";
import { defined } from "../json.ts";
import { directRoom } from "../state/workspace.ts";

/** A person opens the App Home, on which the bot may publish. */
export function openHome(core: Core, user: string, tab: "home" | "messages" = "home"): void {
  const channel = directRoom(core.workspace, core.settings, user).id;
  const view = tab === "home" ? core.workspace.homes.get(user) : undefined;
  core.events.emit(defined({ type: "app_home_opened", user, channel, tab, view }), user);
}
