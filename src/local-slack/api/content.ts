import { postTextLength, refuseMessage } from "../blocks/validate-message.ts";
import type { Core } from "../core.ts";
import { type Fields, isFields } from "../json.ts";
import type { Args } from "./args.ts";
import { knowsFile } from "./lookup.ts";
import { refuse } from "./refusal.ts";

/** Text, blocks, attachments and metadata of a message as an app sends them. */
export interface Content {
  readonly text: string | undefined;
  readonly blocks: readonly unknown[] | undefined;
  readonly attachments: readonly unknown[] | undefined;
  readonly metadata: Fields | undefined;
}

const listed = (value: unknown) => (Array.isArray(value) ? (value as readonly unknown[]) : undefined);

/** Reads and checks the content; refuses the call as Slack would. */
export function contentOf(args: Args, core: Core, textLength = postTextLength): Content {
  const markdown = args.text("markdown_text");
  const text = args.text("text");
  if (markdown !== undefined && (text !== undefined || args.json("blocks") !== undefined))
    return refuse("markdown_text_conflict");
  const content = {
    text: text ?? markdown,
    blocks: markdown === undefined ? args.json("blocks") : [{ type: "markdown", text: markdown }],
    attachments: args.json("attachments"),
    metadata: args.json("metadata"),
  };
  const refusal = refuseMessage(content, { textLength, knowsFile: knowsFile(core) });
  if (refusal) return refuse(refusal.error, refusal.messages);
  return {
    text: content.text,
    blocks: listed(content.blocks),
    attachments: listed(content.attachments),
    metadata: isFields(content.metadata) ? content.metadata : undefined,
  };
}

/** Whether there is anything to show. */
export function isEmpty(content: Pick<Content, "text" | "blocks" | "attachments">): boolean {
  return content.text === undefined && !content.blocks?.length && !content.attachments?.length;
}
