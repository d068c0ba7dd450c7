import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { refText } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import { isoTime } from "../../lib/clock.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import type { EvidenceBook, Finding, IdLetter } from "../gather/evidence-book.ts";
import type { ToolCall, ToolSpec } from "./tool-call.ts";
import {
  holdsSecrets,
  type InvestigationTools,
  type ToolContext,
  type ToolName,
  toolArguments,
  toolNames,
  toolSpecs,
} from "./tools.ts";

export interface ToolBoxOptions {
  readonly tools: InvestigationTools;
  readonly book: EvidenceBook;
  readonly context: ToolContext;
  /** Look-ups allowed, refused and failed ones included. */
  readonly maxCalls: number;
  /** What new ids begin with. */
  readonly letter: IdLetter;
  /** Puts names and addresses that the model knows by their pseudonyms back into what it asks for. */
  readonly restore?: (text: string) => string;
}

export interface ToolBox {
  readonly specs: readonly ToolSpec[];
  readonly callsLeft: number;
  /** Looks something up and says what came of it, for the model. Never throws. */
  run(call: Pick<ToolCall, "name" | "arguments">): Promise<string>;
  /** What was found, in order; each piece can be cited. */
  readonly found: readonly Evidence[];
  readonly counts: {
    readonly made: number;
    readonly repeated: number;
    readonly invalid: number;
    readonly failed: number;
  };
}

/** One look-up may take a part of the time only, however long the cluster or Prometheus think about it. */
const lookUpMs = 8_000;

/** Evidence as a model reads it: quoted, on one line, with the id to cite. */
export function quoted(entry: Evidence): string {
  return `[${entry.id}] ${entry.source}, ${refText(entry.about)}, ${isoTime(entry.at)}${entry.status === "ok" ? "" : `, ${entry.status}`}: ${JSON.stringify(entry.text)}`;
}

async function inTime(work: (signal: AbortSignal) => Promise<Finding>, signal: AbortSignal): Promise<Finding> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(lookUpMs)]);
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    stop = () => reject(new Error("no answer in time"));
    if (limit.aborted) stop();
    else limit.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work(limit), late]);
  } finally {
    if (stop) limit.removeEventListener("abort", stop);
  }
}

/**
 * The tools of one diagnosis or question: checks what the model asks for, refuses what it has asked before and what nobody may
 * read, and quotes what comes back as evidence.
 */
export function createToolBox(options: ToolBoxOptions): ToolBox {
  const { tools, book, context, maxCalls } = options;
  const asked = new Map<string, string>();
  const found: Evidence[] = [];
  const counts = { made: 0, repeated: 0, invalid: 0, failed: 0 };
  let left = maxCalls;

  const parsed = (call: Pick<ToolCall, "name" | "arguments">) => {
    const tool = toolNames.find((known) => known === call.name);
    if (!tool) return `There is no such tool. Tools: ${toolNames.join(", ")}.`;
    let value: unknown;
    try {
      value = JSON.parse(options.restore?.(call.arguments) ?? call.arguments);
    } catch {
      return "The arguments are not JSON.";
    }
    const args = toolArguments[tool].safeParse(value);
    if (args.success) return { tool, args: args.data };
    const issue = args.error.issues[0];
    return `The arguments do not fit: ${issue?.path.join(".") || "all"}: ${issue?.message ?? "invalid"}.`;
  };
  const failedLookUp = (tool: ToolName, args: object, error: unknown): Finding => ({
    source: "object",
    about: { kind: "Tool", name: tool },
    query: `${tool} ${canonicalJson(args)}`,
    text: `The look-up failed: ${messageOf(error, 200)}`,
    at: context.now,
    status: "error",
  });

  return {
    specs: maxCalls > 0 ? toolSpecs : [],
    get callsLeft() {
      return left;
    },
    async run(call) {
      if (left <= 0) return "Refused: no look-ups are left. Answer with what you have.";
      left--;
      const request = parsed(call);
      if (typeof request === "string") {
        counts.invalid++;
        return `Refused: ${request} ${left} look-ups are left.`;
      }
      const { tool, args } = request;
      if ("kind" in args && args.kind !== null && holdsSecrets(args.kind)) {
        counts.invalid++;
        return `Refused: objects of kind ${args.kind.slice(0, 60)} cannot be read by anybody here. ${left} look-ups are left.`;
      }
      const key = `${tool} ${canonicalJson(args)}`;
      const before = asked.get(key);
      if (before !== undefined) {
        counts.repeated++;
        return `Refused: this was asked before; the answer is ${before}. ${left} look-ups are left.`;
      }
      counts.made++;
      let finding: Finding;
      try {
        // The schema of each tool has been checked above; the table's type ties them together.
        const lookUp = tools[tool] as (args: unknown, at: ToolContext) => Promise<Finding>;
        finding = await inTime((signal) => lookUp(args, { ...context, signal }), context.signal);
      } catch (error) {
        counts.failed++;
        finding = failedLookUp(tool, args, error);
      }
      const id = book.cite(finding, options.letter);
      const entry = id === undefined ? undefined : book.get(id);
      asked.set(key, id ?? "that the evidence is full");
      if (!entry) return "The evidence of this incident is full; this look-up cannot be kept, so it cannot be cited.";
      if (!found.some((known) => known.id === entry.id)) found.push(entry);
      return quoted(entry);
    },
    found,
    counts,
  };
}

/** A part of a tool box: the same memory of what was asked, fewer look-ups. */
export function limited(box: ToolBox, calls: number): ToolBox {
  const end = Math.max(0, box.callsLeft - calls);
  return {
    specs: box.specs,
    get callsLeft() {
      return Math.max(0, box.callsLeft - end);
    },
    run: async (call) =>
      box.callsLeft > end ? await box.run(call) : "Refused: no look-ups are left. Answer with what you have.",
    get found() {
      return box.found;
    },
    counts: box.counts,
  };
}
