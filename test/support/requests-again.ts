import { toolSpecs } from "../../src/rca/investigate/tools.ts";
import { diagnosisShape, refutationShape, replyShape } from "../../src/rca/model/answer.ts";
import type { Conversation } from "../../src/rca/model/conversation.ts";
import type { ModelPort } from "../../src/rca/model/model-port.ts";

/** The bytes of every request of a kept conversation, made again from what was kept. */
export function requestsAgain(conversation: Conversation, port: ModelPort): readonly string[] {
  const shape = [diagnosisShape, refutationShape, replyShape].find(({ name }) => name === conversation.schemaName);
  if (!shape) throw new Error(`no shape ${conversation.schemaName}`);
  return conversation.requests.map((request) =>
    port.requestOf({
      messages: conversation.messages.slice(0, request.messages),
      tools: request.tools === "none" ? [] : toolSpecs,
      mayCallTools: request.tools === "offered",
      format: request.format,
      schemaName: shape.name,
      schema: shape.jsonSchema,
      maxOutputTokens: conversation.maxOutputTokens,
    }),
  );
}
