import { templateOf } from "../cluster/workload.ts";
import type { Diagnosis, ModelPart } from "../incident/diagnosis.ts";
import type { Evidence } from "../incident/evidence.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import type { Case } from "./case/case.ts";
import type { Diagnosed, RulesInput } from "./diagnose-by-rules.ts";
import { createToolBox, limited } from "./investigate/tool-box.ts";
import type { InvestigationTools } from "./investigate/tools.ts";
import { diagnosisShape, refutationShape } from "./model/answer.ts";
import { type Applied, type ApplyInput, applyAnswer } from "./model/apply-answer.ts";
import { applyRefutation } from "./model/apply-refutation.ts";
import { type CaseText, caseText } from "./model/case-text.ts";
import { addTokens, type Conversation } from "./model/conversation.ts";
import { converse } from "./model/converse.ts";
import { costOf } from "./model/cost-of.ts";
import { modelNoteFor } from "./model/failure-words.ts";
import type { Model } from "./model/model.ts";
import { loadPrompt } from "./model/prompt.ts";
import { withCitation } from "./model/sayable.ts";
import { openNames, type Pseudonyms } from "./redact/pseudonyms.ts";

export interface ExplainInput extends Omit<RulesInput, "history"> {
  readonly model: Model;
  /** What the model may look up; without them it reads what the engine has gathered. */
  readonly tools?: InvestigationTools | undefined;
  readonly pseudonyms?: Pseudonyms | undefined;
  /** Stops waiting; the deadline does, too. */
  readonly signal?: AbortSignal | undefined;
  /** The case and the answer of the rules. */
  readonly open: Case;
  readonly byRules: Diagnosed;
  /** Questions for the case that a doubt leaves undecided. */
  readonly questions: readonly string[];
}

export interface Explained extends Diagnosed {
  /** Everything that was said, to be kept: also when it came to nothing. */
  readonly conversations: readonly Conversation[];
}

/** Look-ups kept back for the second reading, so that the first cannot use them all. */
const keptForRefuting = (all: number) => Math.min(2, Math.floor(all / 3));

/** What the engine cites comes first: it must not be what is left out for want of room. */
function inOrder(open: Case, diagnosis: Diagnosis): readonly Evidence[] {
  const cited = new Set(diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]));
  const fresh = open.book.fresh();
  return [...fresh.filter((entry) => cited.has(entry.id)), ...fresh.filter((entry) => !cited.has(entry.id))];
}

function readingToTest({ diagnosis, said }: Applied): string {
  const first = diagnosis.hypotheses[0];
  return [
    "The explanation to be tested:",
    first
      ? `${first.cause} | ${first.culprit.kind} ${first.culprit.namespace ?? ""}/${first.culprit.name} | ${JSON.stringify(first.statement)} | for ${first.evidence.join(" ") || "-"}`
      : "(no cause was named)",
    ...said.map((one) => `- ${JSON.stringify(withCitation(one))}`),
    "",
  ].join("\n");
}

/**
 * Lets a model explain what the rules found: a first reading that may look further, then a second one that tries to refute it
 * and can only lower its confidence. Without a second reading the first one's words are shown as not verified, and it moves
 * nothing. One deadline, one count of look-ups and one budget for both. Never throws for what the model does.
 */
export async function explain(input: ExplainInput): Promise<Explained> {
  const { model, open, byRules, redact, incident, observation } = input;
  const pseudonyms = input.pseudonyms ?? openNames;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), model.limits.deadlineMs);
  const signal = input.signal ? AbortSignal.any([deadline.signal, input.signal]) : deadline.signal;
  const conversations: Conversation[] = [];
  const tokens = () => costOf(addTokens(...conversations.map((one) => one.tokens)), model.port.price);

  try {
    const context = { now: input.now, onset: incident.onset, signal };
    const all = model.limits.toolCalls;
    const box = input.tools
      ? createToolBox({
          tools: input.tools,
          book: open.book,
          context,
          maxCalls: all,
          letter: "L",
          restore: pseudonyms.restore,
        })
      : undefined;
    const told: CaseText = caseText({
      incident,
      evidence: inOrder(open, byRules.diagnosis),
      hypotheses: byRules.diagnosis.hypotheses,
      recommendations: byRules.recommendations,
      redact,
      maxInputTokens: model.limits.inputTokens,
    });
    const common = { model, incidentId: incident.id, signal, redact, pseudonyms };
    const reading = await converse({
      ...common,
      purpose: "diagnose",
      prompt: loadPrompt("diagnose"),
      user: told.text,
      shape: diagnosisShape,
      tools: box && limited(box, all - keptForRefuting(all)),
    });
    conversations.push(reading.conversation);
    const evidence = () => open.book.entries();
    if (reading.type === "failed") {
      const used = tokens();
      return {
        ...byRules,
        evidence: evidence(),
        diagnosis: {
          ...byRules.diagnosis,
          modelNote: modelNoteFor(reading.reason),
          ...(used.input > 0 ? { tokens: used } : {}),
        },
        conversations,
      };
    }

    const shown = () => [...told.shown, ...(box?.found ?? [])];
    const applyInput: Omit<ApplyInput, "shown"> = {
      answer: reading.answer,
      diagnosis: byRules.diagnosis,
      recommendations: byRules.recommendations,
      exists: (ref) => observation.objects.find(ref) !== undefined,
      containersOf: (ref: ObjectRef) => {
        const found = observation.objects.find(ref);
        if (!found || found.deletedAt !== undefined) return undefined;
        const spec = templateOf(found.object)?.spec;
        return spec && [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name);
      },
      redact,
    };
    // What the first reading could cite is what it had seen; the second one's look-ups come later.
    const seen = shown();
    const applied = applyAnswer({ ...applyInput, shown: seen });
    const second = caseText({
      incident,
      evidence: [...inOrder(open, applied.diagnosis)],
      hypotheses: applied.diagnosis.hypotheses,
      recommendations: [],
      redact,
      maxInputTokens: model.limits.inputTokens,
      task: readingToTest(applied),
    });
    const doubt = await converse({
      ...common,
      purpose: "refute",
      prompt: loadPrompt("refute"),
      user: second.text,
      shape: refutationShape,
      tools: box && limited(box, Math.max(keptForRefuting(all), box.callsLeft)),
    });
    conversations.push(doubt.conversation);
    const tested =
      doubt.type === "answered"
        ? applyRefutation({
            refutation: doubt.answer,
            diagnosis: applied.diagnosis,
            recommendations: applied.recommendations,
            shown: [...second.shown, ...(box?.found ?? [])],
            redact,
            questions: input.questions,
          })
        : undefined;
    const verification: ModelPart["verification"] = tested?.verification ?? "unverified";
    const part: ModelPart = {
      name: model.port.name,
      prompts: conversations.map((one) => one.prompt),
      lookUps: box?.counts.made ?? 0,
      verification,
      basis: byRules.diagnosis.hypotheses
        .slice(0, 3)
        .map(({ cause, culprit, probability }) => ({ cause, culprit, probability })),
    };
    if (tested && verification !== "unverified") {
      return {
        diagnosis: { ...tested.diagnosis, model: part, tokens: tokens() },
        recommendations: tested.recommendations,
        evidence: evidence(),
        conversations,
      };
    }
    const words = applyAnswer({ ...applyInput, shown: seen, wordsOnly: true });
    const why =
      doubt.type === "failed" ? modelNoteFor(doubt.reason) : "the second reading doubted it without naming evidence";
    return {
      diagnosis: {
        ...words.diagnosis,
        summary:
          words.said.length > 0
            ? redact(`${words.diagnosis.summary} (The model's part is not verified: ${why}.)`)
            : words.diagnosis.summary,
        modelNote: `the model's part is not verified: ${why}`,
        model: part,
        tokens: tokens(),
      },
      recommendations: words.recommendations,
      evidence: evidence(),
      conversations,
    };
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}
