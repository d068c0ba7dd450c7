import type { AnswerFormat } from "./model-port.ts";

/** How the next reply is asked for. What a server refuses and what is used up only ever narrow it. */
export interface MannerOfAsking {
  /** How the model asks for look-ups; "none" when it has to answer. */
  readonly lookUps: "as-tool-calls" | "in-text" | "none";
  /** Whether tools are sent along: those that were called stay known, also when no more calls are taken. */
  readonly sendsTools: boolean;
  /** The strictest answer format that the server has not refused. */
  readonly strictest: AnswerFormat;
}

export type Refusal = "unsupported-tools" | "unsupported-format";

const simpler: Readonly<Record<AnswerFormat, AnswerFormat | undefined>> = {
  json_schema: "json_object",
  json_object: "text",
  text: undefined,
};

/** As a server that takes everything is asked; the first refusals narrow it (`afterRefusal`). */
export function firstManner(mayLookUp: boolean): MannerOfAsking {
  return { lookUps: mayLookUp ? "as-tool-calls" : "none", sendsTools: mayLookUp, strictest: "json_schema" };
}

/** A format would keep a model that may still look something up from asking for it. */
export function formatOf({ lookUps, strictest }: MannerOfAsking): AnswerFormat {
  return lookUps === "none" ? strictest : "text";
}

/** For when look-ups are used up. Tools are sent along still, so that the calls made before stay readable. */
export function answerOnly(manner: MannerOfAsking): MannerOfAsking {
  return { ...manner, lookUps: "none" };
}

/**
 * How to ask a server that has refused to be asked like this; undefined when nothing of what it refuses was sent. How look-ups
 * are asked for in text has to be told with the first words: a conversation that has begun goes on without them.
 */
export function afterRefusal(manner: MannerOfAsking, refused: Refusal, hasBegun: boolean): MannerOfAsking | undefined {
  if (refused === "unsupported-format") {
    const strictest = simpler[formatOf(manner)];
    return strictest && { ...manner, strictest };
  }
  if (!manner.sendsTools) return undefined;
  const inText = manner.lookUps === "as-tool-calls" && !hasBegun;
  return { ...manner, sendsTools: false, lookUps: inText ? "in-text" : "none" };
}
