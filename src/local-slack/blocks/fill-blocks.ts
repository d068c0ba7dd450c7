import { shortId } from "../ids.ts";
import { type Fields, fieldsOf, isFields, textOf } from "../json.ts";
import { pictureSize } from "../picture-size.ts";
import type { FileRecord } from "../state/file.ts";

/**
 * Gives blocks what Slack gives them: every block and interactive element its id when the app left it out, every picture that
 * was uploaded its size, so that whoever shows it can keep its place free while it loads.
 */
export function fillBlocks(
  blocks: readonly unknown[],
  files: ReadonlyMap<string, Pick<FileRecord, "bytes">>,
): readonly Fields[] {
  return blocks.filter(isFields).map((block) => {
    const filled: Record<string, unknown> = {
      ...block,
      block_id: block.block_id ?? shortId(),
      ...sizeOf(block, files),
    };
    if (isFields(block.element)) filled.element = fillElement(block.element);
    if (isFields(block.accessory)) filled.accessory = fillElement(block.accessory);
    if (Array.isArray(block.elements) && isInteractive(block))
      filled.elements = block.elements.map((element) => (isFields(element) ? fillElement(element) : element));
    return filled;
  });
}

function sizeOf(block: Fields, files: ReadonlyMap<string, Pick<FileRecord, "bytes">>): Fields {
  if (block.type !== "image") return {};
  const file = files.get(textOf(fieldsOf(block.slack_file).id));
  const size = file && pictureSize(file.bytes);
  return size ? { image_width: size.width, image_height: size.height } : {};
}

function isInteractive(block: Fields): boolean {
  return block.type === "actions" || block.type === "context_actions";
}

function fillElement(element: Fields): Fields {
  return element.type === "image" ? element : { ...element, action_id: element.action_id ?? shortId() };
}
