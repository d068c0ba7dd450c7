import type { ParamKind } from "../../../incident/fix/editable-params.ts";
import { readTyped } from "../../../incident/fix/editable-params.ts";
import { codeBlock, decodeFix } from "../render/action-ids.ts";
import { type EnteredValues, typed } from "./request.ts";

/** What somebody wants who submits the review. */
export type ReviewSubmission =
  | { readonly type: "errors"; readonly errors: Record<string, string> }
  /** Values that only a person knows, for a first plan. */
  | { readonly type: "fill"; readonly values: Readonly<Record<string, string>> }
  /** Other values, for a plan in place of the one that is shown. */
  | { readonly type: "edit"; readonly values: Readonly<Record<string, string>> }
  | { readonly type: "reject"; readonly note: string }
  | { readonly type: "approve"; readonly note?: string; readonly code?: string };

interface SubmittedView {
  readonly private_metadata: string;
  readonly state: { readonly values: EnteredValues };
  readonly blocks: readonly { readonly block_id?: string | undefined }[];
}

interface Field {
  readonly block: string;
  readonly kind: ParamKind;
  readonly name: string;
  readonly text: string;
  readonly changed: boolean;
}

/** Inputs of parameters, as they were drawn and as they are now. */
function fieldsOf({ blocks, state }: SubmittedView): Field[] {
  return blocks.flatMap(({ block_id: block = "", ...rest }) => {
    const found = /^edit\.(integer|quantity|text)\.(.+)$/.exec(block);
    if (!found?.[2]) return [];
    const drawn = (rest as { element?: { initial_value?: string } }).element?.initial_value ?? "";
    const text = typed(state.values, block) ?? "";
    // An emptied field means the value stays: nothing here is optional to the action.
    return [{ block, kind: found[1] as ParamKind, name: found[2], text, changed: text !== "" && text !== drawn }];
  });
}

/** Decides without asking anybody, because Slack waits for the errors of a form. */
export function readReview(view: SubmittedView): ReviewSubmission {
  const { values } = view.state;
  if (decodeFix(view.private_metadata)?.planId === "") {
    const names = Object.keys(values).filter((block) => block.startsWith("param."));
    return {
      type: "fill",
      values: Object.fromEntries(names.map((block) => [block.slice(6), typed(values, block) ?? ""])),
    };
  }
  const decision = typed(values, "decision");
  const note = typed(values, "note")?.trim();
  if (decision === "reject") {
    if (note) return { type: "reject", note };
    return { type: "errors", errors: { note: "Say why, so that the next one who looks knows." } };
  }
  const changed = fieldsOf(view).filter((field) => field.changed);
  if (decision === "edit") {
    if (changed.length === 0) return { type: "errors", errors: { decision: "No value was changed." } };
    const problems = changed.flatMap((field) => {
      const read = readTyped(field.kind, field.text);
      return "problem" in read ? [[field.block, read.problem] as const] : [];
    });
    if (problems.length > 0) return { type: "errors", errors: Object.fromEntries(problems) };
    return { type: "edit", values: Object.fromEntries(changed.map(({ name, text }) => [name, text])) };
  }
  // What is approved is what is shown: a value that was typed over is not part of it.
  if (changed.length > 0) {
    const error = "The plan above does not have this value: choose the preview, or put the old one back.";
    return { type: "errors", errors: Object.fromEntries(changed.map(({ block }) => [block, error])) };
  }
  const code = typed(values, codeBlock)?.trim();
  if (!code && view.blocks.some((block) => block.block_id === codeBlock))
    return { type: "errors", errors: { [codeBlock]: "Approving this needs the code of your authenticator." } };
  return { type: "approve", ...(note ? { note } : {}), ...(code ? { code } : {}) };
}
