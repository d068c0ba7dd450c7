import type { Dispatcher } from "./bot/dispatcher.ts";
import type { ResponseUrls } from "./bot/response-urls.ts";
import type { SocketMode } from "./bot/socket-mode.ts";
import type { Triggers } from "./bot/triggers.ts";
import type { Settings } from "./settings.ts";
import type { Workspace } from "./state/workspace.ts";

/** What exists before events can be sent. */
export interface CoreBase {
  readonly settings: Settings;
  readonly workspace: Workspace;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly socketMode: SocketMode;
  /** Where requests to the bot go. */
  readonly dispatcher: Dispatcher;
  /** Address of this server, without a slash at the end; known once it listens. */
  readonly url: () => string;
}
