import type { ToolCall } from "../investigate/tool-call.ts";
import { extractJson } from "./answer.ts";

const maxArgumentChars = 4_000;

/** `{"tool": …, "arguments": {…}}`: how a model without tool calls asks for a look-up. */
export function protocolCall(text: string): Pick<ToolCall, "name" | "arguments"> | undefined {
  const json = extractJson(text);
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || !("tool" in value) || typeof value.tool !== "string")
      return undefined;
    const given = JSON.stringify("arguments" in value ? value.arguments : {});
    return { name: value.tool, arguments: given.slice(0, maxArgumentChars) };
  } catch {
    // No JSON is no request for a look-up; whether it is an answer is judged elsewhere.
    return undefined;
  }
}
