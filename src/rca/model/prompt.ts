import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inputError } from "../../lib/app-error.ts";
import { whyRefused } from "../../lib/why-refused.ts";
import type { ToolSpec } from "../investigate/tool-call.ts";
import type { Purpose } from "./conversation.ts";

export interface Prompt {
  readonly version: string;
  readonly text: string;
  /** SHA-256 of the text, kept with each conversation. */
  readonly hash: string;
}

/** Files of `prompts/`. A text that is changed gets a new number: what was asked with the old one keeps its name. */
const promptVersions: Readonly<Record<Purpose | "tools", string>> = {
  diagnose: "diagnose.v2",
  refute: "refute.v1",
  ask: "ask.v1",
  tools: "tools.v1",
};

const read = new Map<string, Prompt>();

/** Reads a file of `prompts/`, which lies beside `src` (and beside `dist`), once. */
export function loadPrompt(purpose: Purpose | "tools"): Prompt {
  const version = promptVersions[purpose];
  const known = read.get(version);
  if (known) return known;
  const text = readFileSync(new URL(`../../../prompts/${version}.md`, import.meta.url), "utf8");
  const prompt = { version, text, hash: createHash("sha256").update(text).digest("hex") };
  read.set(version, prompt);
  return prompt;
}

/** A model that is asked without its prompts fails with the first incident; so it is told before. @throws AppError (exit code 2) */
export function refuseMissingPrompts(): void {
  for (const purpose of Object.keys(promptVersions) as (Purpose | "tools")[]) {
    try {
      loadPrompt(purpose);
    } catch (cause) {
      throw inputError(
        "prompt-missing",
        `kubemend is not installed completely: prompts/${promptVersions[purpose]}.md cannot be read: ${whyRefused(cause)}.`,
        "Install it again (npm ci, or the image), or start without a model.",
        cause,
      );
    }
  }
}

/** How to ask for look-ups in the text of an answer, for servers that know no tool calls. */
export function toolProtocol(specs: readonly ToolSpec[]): string {
  const list = specs.map(
    ({ name, description, parameters }) => `- ${name}: ${description}\n  arguments: ${JSON.stringify(parameters)}`,
  );
  return `${loadPrompt("tools").text}\n${list.join("\n")}\n`;
}
