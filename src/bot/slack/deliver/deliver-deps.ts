import type { StoredPlan } from "../../../incident/fix/stored-plan.ts";
import type { IncidentView } from "../../incident-view.ts";
import type { SlackPort } from "../slack-port.ts";
import type { PostBook } from "./deliver-once.ts";
import type { Escalation } from "./escalation.ts";

/** What it takes to bring an incident to Slack. */
export interface DeliverDeps {
  readonly slack: SlackPort;
  readonly book: PostBook;
  readonly channel: string;
  /** The channel of an incident by its routes; asked once, because a message stays where it is. */
  readonly route?: (view: IncidentView) => string | undefined;
  /** Where a message goes when its channel refuses for good. */
  readonly fallbackChannel?: string;
  readonly escalation?: Escalation;
  /** The time by which incidents are dated (ms); needed for escalation. */
  readonly now?: () => number;
  /** Draws what was abnormal; undefined when there is nothing to draw. */
  readonly drawChart?: (view: IncidentView) => Promise<Buffer | undefined>;
  /** Draws how things were before a change that was judged, and after it. */
  readonly drawVerdict?: (view: IncidentView, plan: StoredPlan) => Promise<Buffer | undefined>;
  /** Renders the post-mortem as Markdown; undefined when there is nothing to tell. */
  readonly postmortem?: (incidentId: string) => Promise<string | undefined>;
}
