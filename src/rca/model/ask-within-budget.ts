import { createHash } from "node:crypto";
import type { RequestRecord } from "./conversation.ts";
import type { Model } from "./model.ts";
import type { ModelCall, ModelReply } from "./model-port.ts";

interface Asked {
  readonly reply: ModelReply;
  /** Absent when the budget did not allow the request. */
  readonly record?: RequestRecord;
}

/** One request: paid for from the budget, ended by the signal, kept as it left. Never throws. */
export async function askWithinBudget(
  { port, budget }: Pick<Model, "port" | "budget">,
  incidentId: string,
  call: ModelCall,
  signal: AbortSignal,
): Promise<Asked> {
  const worst = port.worstCost(call);
  const reservation = budget.reserve(incidentId, worst);
  if (reservation.type === "refused") return { reply: overBudget[reservation.by] };
  const reply = await withDeadline(port.ask(call, signal), signal);
  const told = usedBy(reply);
  // Whether a server that failed has charged for the question nobody knows: it counts.
  const used = told ?? { input: Math.ceil(port.requestOf(call).length / 4), output: 0 };
  // Whom nobody waited for any more may have answered at length: for the caps it has.
  const isLost = !told && reply.type === "failed" && (reply.reason === "timeout" || reply.reason === "unreachable");
  reservation.settle(isLost ? worst : used.input + used.output);
  return {
    reply,
    record: {
      messages: call.messages.length,
      format: call.format,
      tools: call.tools.length === 0 ? "none" : call.mayCallTools ? "offered" : "closed",
      sha256: createHash("sha256").update(port.requestOf(call)).digest("hex"),
      inputTokens: used.input,
      outputTokens: used.output,
      outcome: outcomeOf(reply),
    },
  };
}

const overBudget: Readonly<Record<"hour" | "incident", ModelReply>> = {
  hour: { type: "failed", reason: "over-budget", detail: "the budget of this hour is spent" },
  incident: { type: "failed", reason: "over-incident-budget", detail: "the budget of this incident is spent" },
};

/** Resolves with a timeout even when what is waited for ignores the signal. */
async function withDeadline(ask: Promise<ModelReply>, signal: AbortSignal): Promise<ModelReply> {
  let stop: (() => void) | undefined;
  const late = new Promise<ModelReply>((resolve) => {
    stop = () => resolve({ type: "failed", reason: "timeout", detail: "no answer in time" });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([
      ask.catch(
        (error: unknown): ModelReply => ({
          type: "failed",
          reason: "unreachable",
          detail: String(error).slice(0, 200),
        }),
      ),
      late,
    ]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}

/** What a request has used as far as it is known; a format or tools that a server does not know it refuses unread. */
function usedBy(reply: ModelReply): { readonly input: number; readonly output: number } | undefined {
  if (reply.type === "answer") return { input: reply.inputTokens, output: reply.outputTokens };
  return reply.type === "failed" ? reply.used : { input: 0, output: 0 };
}

function outcomeOf(reply: ModelReply): RequestRecord["outcome"] {
  if (reply.type === "failed") return reply.reason;
  return reply.type === "answer" && reply.toolCalls.length > 0 ? "tool-calls" : reply.type;
}
