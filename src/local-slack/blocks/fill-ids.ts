import { shortId } from "../ids.ts";
import { type Fields, isFields } from "../json.ts";

/** Gives every block and interactive element the id that Slack would give it when the app left it out. */
export function fillIds(blocks: readonly unknown[]): readonly Fields[] {
  return blocks.filter(isFields).map((block) => {
    const filled: Record<string, unknown> = { ...block, block_id: block.block_id ?? shortId() };
    if (isFields(block.element)) filled.element = fillElement(block.element);
    if (isFields(block.accessory)) filled.accessory = fillElement(block.accessory);
    if (Array.isArray(block.elements) && isInteractive(block))
      filled.elements = block.elements.map((element) => (isFields(element) ? fillElement(element) : element));
    return filled;
  });
}

function isInteractive(block: Fields): boolean {
  return block.type === "actions" || block.type === "context_actions";
}

function fillElement(element: Fields): Fields {
  return element.type === "image" ? element : { ...element, action_id: element.action_id ?? shortId() };
}
