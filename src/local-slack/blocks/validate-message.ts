import { fieldsOf, isFields, listOf, textOf } from "../json.ts";
import { validateBlocks } from "./validate-blocks.ts";

export interface MessageContent {
  readonly text?: unknown;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
}

/** Why Slack would refuse a message: its error code, and sentences that say where. */
export interface Refusal {
  readonly error: string;
  readonly messages: readonly string[];
}

export interface MessageLimits {
  /** 40,000 when posting, 4,000 when updating. */
  readonly textLength: number;
  readonly knowsFile?: (idOrUrl: string) => boolean;
}

/** chat.postMessage cuts text above this; we refuse it, so that nobody relies on the cut. */
export const postTextLength = 40_000;
/** chat.update's own, lower limit. */
export const updateTextLength = 4_000;
/** https://docs.slack.dev/messaging/message-metadata */
const metadataLimitBytes = 8_000;
const attachmentLimit = 100;

// Slack refuses blocks that are too long together, and says neither the limit nor how it counts. These two numbers
// fit every measurement people have published (slackapi/bolt-js issues 2509 and 2867): 13,297 characters in one
// markdown block pass; 9,597 in 50 blocks pass; 11,341 in 45 blocks do not.
const blocksBudget = 13_300;
const blockCost = 45;

/** Checks the content of a message as chat.postMessage would; undefined when Slack would take it. */
export function refuseMessage(content: MessageContent, limits: MessageLimits): Refusal | undefined {
  const { blocks, attachments, metadata } = content;
  const knowsFile = limits.knowsFile ?? (() => true);
  if (blocks !== undefined && !Array.isArray(blocks)) return { error: "invalid_blocks_format", messages: [] };
  if (attachments !== undefined && !Array.isArray(attachments)) return { error: "invalid_attachments", messages: [] };
  if (textOf(content.text).length > limits.textLength) return { error: "msg_too_long", messages: [] };
  const problems = blocks === undefined ? [] : validateBlocks(blocks, { knowsFile });
  if (problems.length > 0) return { error: "invalid_blocks", messages: problems };
  if (blocks !== undefined && lengthTogether(blocks) > blocksBudget)
    return { error: "msg_blocks_too_long", messages: [] };
  const refusal = refuseAttachments(attachments ?? [], knowsFile);
  if (refusal) return refusal;
  return metadata === undefined ? undefined : refuseMetadata(metadata);
}

function refuseAttachments(
  attachments: readonly unknown[],
  knowsFile: (idOrUrl: string) => boolean,
): Refusal | undefined {
  if (attachments.length > attachmentLimit) return { error: "too_many_attachments", messages: [] };
  for (const [index, attachment] of attachments.entries()) {
    if (!isFields(attachment))
      return {
        error: "invalid_attachments",
        messages: [`must provide an object [json-pointer:/attachments/${index}]`],
      };
    if (attachment.blocks === undefined) continue;
    const problems = validateBlocks(attachment.blocks, { at: `/attachments/${index}/blocks`, knowsFile });
    if (problems.length > 0) return { error: "invalid_attachments", messages: problems };
  }
  return undefined;
}

function refuseMetadata(metadata: unknown): Refusal | undefined {
  const { event_type: type, event_payload: payload } = fieldsOf(metadata);
  if (isFields(metadata) && Object.keys(metadata).length === 0) return undefined; // chat.update removes with {}
  if (textOf(type) === "" || !isFields(payload)) return { error: "invalid_metadata_format", messages: [] };
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  return bytes > metadataLimitBytes ? { error: "metadata_too_large", messages: [] } : undefined;
}

/** Every visible string of the blocks, with a fixed cost for each block. */
export function lengthTogether(blocks: readonly unknown[]): number {
  return listOf(blocks).reduce((sum, block) => sum + blockCost + visibleLength(block), 0);
}

function visibleLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + visibleLength(entry), 0);
  if (!isFields(value)) return 0;
  return Object.entries(value).reduce((sum, [name, entry]) => {
    if (name === "text" && typeof entry === "string") return sum + entry.length;
    return sum + visibleLength(entry);
  }, 0);
}
