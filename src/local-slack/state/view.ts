import type { Fields } from "../json.ts";

/** What people have entered: block_id -> action_id -> value, as in a view_submission. */
export type ViewValues = Readonly<Record<string, Readonly<Record<string, Fields>>>>;

/** A modal or home view as Slack's API shows it. */
export interface View {
  readonly id: string;
  readonly team_id: string;
  readonly app_id: string;
  readonly bot_id: string;
  readonly type: "modal" | "home";
  readonly title: Fields;
  readonly submit: Fields | null;
  readonly close: Fields | null;
  readonly blocks: readonly Fields[];
  readonly private_metadata: string;
  readonly callback_id: string;
  readonly external_id: string;
  readonly state: { readonly values: ViewValues };
  readonly hash: string;
  readonly clear_on_close: boolean;
  readonly notify_on_close: boolean;
  readonly root_view_id: string;
  readonly previous_view_id: string | null;
  readonly app_installed_team_id: string;
}

/** The modals a person has open, the visible one last. */
export interface OpenModal {
  readonly user: string;
  readonly view: View;
}
