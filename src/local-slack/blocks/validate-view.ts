import { isFields, listOf } from "../json.ts";
import { among, bool, byType, complain, type Inspection, shape, text } from "./checks.ts";
import { plainText } from "./composition.ts";
import { validateBlocks } from "./validate-blocks.ts";

/** Slack refuses larger views with `view_too_large`. */
export const viewLimitBytes = 250_000;

const shared = {
  blocks: () => undefined, // checked by validateBlocks, which knows the pointers
  "private_metadata?": text(3_000),
  "callback_id?": text(255),
  "external_id?": text(255),
  "clear_on_close?": bool,
  "notify_on_close?": bool,
};

const checkView = byType({
  modal: shape({
    type: among("modal"),
    title: plainText(24),
    "submit?": plainText(24),
    "close?": plainText(24),
    "submit_disabled?": bool,
    ...shared,
  }),
  home: shape({
    type: among("home"),
    "title?": plainText(24),
    "submit?": plainText(24),
    "close?": plainText(24),
    ...shared,
  }),
});

/**
 * Checks a modal or home view against Slack's published limits.
 * @returns Slack's kind of sentences with JSON pointers below /view; empty when Slack would take the view
 * @see https://docs.slack.dev/reference/views
 */
export function validateView(view: unknown, knowsFile: (idOrUrl: string) => boolean = () => true): readonly string[] {
  const surface = isFields(view) && view.type === "home" ? "home" : "modal";
  const inspection: Inspection = { surface, problems: [], knowsFile };
  checkView(view, "/view", inspection);
  if (!isFields(view)) return inspection.problems;
  const blocks = view.blocks;
  const needsSubmit = surface === "modal" && listOf(blocks).some((block) => block.type === "input");
  if (needsSubmit && view.submit === undefined)
    complain(inspection, "must define `submit` to use an `input` block in modals", "/view");
  const inBlocks = blocks === undefined ? [] : validateBlocks(blocks, { surface, at: "/view/blocks", knowsFile });
  return [...inspection.problems, ...inBlocks];
}
