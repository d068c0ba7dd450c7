import type { ParamKind } from "../../../incident/fix/editable-params.ts";
/** Every id that a button, a modal or a command sends back; stable, because old messages keep theirs. */
export const actionIds = {
  approve: "fix.approve",
  review: "fix.review",
  reject: "fix.reject",
  undo: "fix.undo",
  undoWithCode: "fix.undo-with-code",
  acknowledge: "incident.acknowledge",
  notThisCause: "incident.not-this-cause",
  resolve: "incident.resolve",
  reopen: "incident.reopen",
  silence: "incident.silence",
  more: "incident.more",
  rate: "diagnosis.rate",
  show: "incident.show",
  declare: "incident.declare",
  silenceConfirm: "silence.confirm",
  dismiss: "dismiss",
  homeRefresh: "home.refresh",
} as const;

export const viewIds = {
  review: "view.review",
  reject: "view.reject",
  undo: "view.undo",
  silence: "view.silence",
  silenceConfirm: "view.silence-confirm",
  declare: "view.declare",
  note: "view.note",
  share: "view.share",
} as const;

/** Message shortcuts, as the app's manifest names them. */
export const shortcutIds = { declare: "declare_incident", note: "add_to_timeline" } as const;

/** What a fix button carries: the incident, the recommendation, the plan and the digest that was shown. */
export interface FixValue {
  readonly incidentId: string;
  readonly recommendationId: string;
  readonly planId: string;
  readonly digest: string;
}

/** Ids of ours hold no `|`; together they stay far below the 2,000 characters that Slack gives a button. */
export function encodeFix(value: FixValue): string {
  return [value.incidentId, value.recommendationId, value.planId, value.digest].join("|");
}

/** Undefined for what is none of ours or of another version. Where no plan was made, plan and digest are "". */
export function decodeFix(text: string | undefined): FixValue | undefined {
  const [incidentId, recommendationId, planId, digest, ...rest] = (text ?? "").split("|");
  if (!incidentId || recommendationId === undefined || planId === undefined || digest === undefined || rest.length > 0)
    return undefined;
  return { incidentId, recommendationId, planId, digest };
}

/** Blocks of the review in which something is typed. */
export const editBlock = (kind: ParamKind, name: string) => `edit.${kind}.${name}`;
export const codeBlock = "code";
