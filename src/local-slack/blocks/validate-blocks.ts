import { fieldsOf, isFields, listOf, textOf } from "../json.ts";
import { blockTypes } from "./block-types.ts";
import { byType, complain, type Inspection, list, type Surface } from "./checks.ts";

export interface BlockOptions {
  /** Where the blocks will be shown; "message" unless said otherwise. */
  readonly surface?: Surface;
  /** JSON pointer of the list inside the request. */
  readonly at?: string;
  /** Says whether a `slack_file` can be shown; every well-formed one unless said otherwise. */
  readonly knowsFile?: (idOrUrl: string) => boolean;
}

const most = { message: 50, modal: 100, home: 100 } as const;

/** Markdown blocks share 12,000 characters a message. */
const markdownBudget = 12_000;

/**
 * Checks Block Kit blocks against Slack's published limits: counts, lengths, required and unknown fields, allowed
 * elements, unique ids.
 * @returns Slack's own kind of sentences, e.g. `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`;
 *   empty when Slack would take the blocks
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export function validateBlocks(blocks: unknown, options: BlockOptions = {}): readonly string[] {
  const { surface = "message", at = "/blocks", knowsFile = () => true } = options;
  const inspection: Inspection = { surface, problems: [], knowsFile };
  list(byType(blockTypes), most[surface])(blocks, at, inspection);
  if (!Array.isArray(blocks)) return inspection.problems;
  checkTogether(blocks, at, inspection);
  return inspection.problems;
}

/** Rules that no block can be judged by alone. */
function checkTogether(blocks: readonly unknown[], at: string, inspection: Inspection): void {
  const seen = new Set<string>();
  let tables = 0;
  let focused = 0;
  let markdownLength = 0;
  blocks.forEach((entry, index) => {
    if (!isFields(entry)) return;
    const id = textOf(entry.block_id);
    if (id !== "" && seen.has(id))
      complain(inspection, `\`block_id\` "${id}" already exists`, `${at}/${index}/block_id`);
    seen.add(id);
    if (entry.type === "table") tables += 1;
    if (entry.type === "markdown") markdownLength += textOf(entry.text).length;
    const inside = [fieldsOf(entry.element), fieldsOf(entry.accessory), ...listOf(entry.elements)];
    focused += inside.filter((element) => element.focus_on_load === true).length;
  });
  if (tables > 1) complain(inspection, "only one table allowed", at);
  if (focused > 1) complain(inspection, "only one element can have `focus_on_load` set to true", at);
  if (markdownLength > markdownBudget)
    complain(inspection, `markdown text must be less than ${markdownBudget + 1} characters in total`, at);
}
