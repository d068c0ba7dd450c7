import { type Fields, fieldsOf, isFields, listOf } from "../json.ts";

export interface FoundElement {
  readonly block: Fields;
  readonly element: Fields;
}

/** Every interactive element with the block that holds it, in the order shown. */
export function interactiveElements(blocks: readonly Fields[]): readonly FoundElement[] {
  return blocks.flatMap((block) => {
    const inside = [block.element, block.accessory, ...listOf(block.elements)].filter(isFields);
    return inside.filter((element) => element.action_id !== undefined).map((element) => ({ block, element }));
  });
}

export interface ElementQuery {
  readonly actionId: string;
  readonly blockId?: string | undefined;
  /** Tells apart buttons with the same action_id. */
  readonly value?: string | undefined;
}

/** The element a person means; a button is also told apart by its value. */
export function findElement(blocks: readonly Fields[], query: ElementQuery): FoundElement | undefined {
  const candidates = interactiveElements(blocks).filter(
    ({ block, element }) =>
      element.action_id === query.actionId && (query.blockId === undefined || block.block_id === query.blockId),
  );
  const exact = candidates.find(({ element }) => element.value === query.value);
  return exact ?? candidates[0];
}

/** Blocks of a message, those of its attachments included. */
export function allBlocks(message: { readonly blocks?: unknown; readonly attachments?: unknown }): readonly Fields[] {
  return [...listOf(message.blocks), ...listOf(message.attachments).flatMap((entry) => listOf(fieldsOf(entry).blocks))];
}
