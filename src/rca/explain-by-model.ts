import { templateOf } from "../cluster/workload.ts";
import type { Diagnosis, ModelPart } from "../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../incident/diagnosis/evidence.ts";
import type { Case } from "./case/case.ts";
import type { Diagnosed, RulesInput } from "./diagnose-by-rules.ts";
import type { InvestigationTools } from "./investigate/tools.ts";
import { diagnosisShape, refutationShape } from "./model/answer.ts";
import { type Applied, type ApplyInput, applyAnswer } from "./model/apply-answer.ts";
import { applyRefutation, type Refuted } from "./model/apply-refutation.ts";
import { caseText } from "./model/case-text.ts";
import { modelNoteFor } from "./model/failure-words.ts";
import type { Model } from "./model/model.ts";
import type { ModelFailure } from "./model/model-port.ts";
import { withCitation } from "./model/sayable.ts";
import { type Explained, openSession, type ReadingSession } from "./reading-session.ts";
import type { Pseudonyms } from "./redact/pseudonyms.ts";

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

/** The rules' answer with a note why the model has no part in it. */
function unread({ byRules }: ExplainInput, reason: ModelFailure, session: ReadingSession): Explained {
  const used = session.tokens();
  return session.explained({
    recommendations: byRules.recommendations,
    diagnosis: {
      ...byRules.diagnosis,
      modelNote: modelNoteFor(reason),
      ...(used.input > 0 ? { tokens: used } : {}),
    },
  });
}

/** The cluster as the model's answer is held against it. */
function checks({ observation, redact, byRules }: ExplainInput): Omit<ApplyInput, "answer" | "shown"> {
  return {
    diagnosis: byRules.diagnosis,
    recommendations: byRules.recommendations,
    exists: (ref) => observation.objects.find(ref) !== undefined,
    containersOf(ref) {
      const found = observation.objects.find(ref);
      if (!found || found.deletedAt !== undefined) return undefined;
      const spec = templateOf(found.object)?.spec;
      return spec && [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name);
    },
    redact,
  };
}

interface Tested {
  /** What the second reading made of the first; undefined when it gave no answer. */
  readonly refuted: Refuted | undefined;
  /** Why it did not verify the first, in words. */
  readonly why: string;
}

/** Lets the model try to refute its own first reading. */
async function secondReading(input: ExplainInput, applied: Applied, session: ReadingSession): Promise<Tested> {
  const { model, open, redact, incident } = input;
  const { box } = session;
  const told = caseText({
    incident,
    evidence: inOrder(open, applied.diagnosis),
    hypotheses: applied.diagnosis.hypotheses,
    recommendations: [],
    redact,
    maxInputTokens: model.limits.inputTokens,
    task: readingToTest(applied),
  });
  const kept = Math.max(keptForRefuting(model.limits.toolCalls), box?.callsLeft ?? 0);
  const doubt = await session.read({ purpose: "refute", user: told.text, shape: refutationShape }, kept);
  if (doubt.type === "failed") return { refuted: undefined, why: modelNoteFor(doubt.reason) };
  const refuted = applyRefutation({
    refutation: doubt.answer,
    diagnosis: applied.diagnosis,
    recommendations: applied.recommendations,
    shown: [...told.shown, ...(box?.found ?? [])],
    redact,
    questions: input.questions,
  });
  return { refuted, why: "the second reading doubted it without naming evidence" };
}

async function readTwice(input: ExplainInput, session: ReadingSession): Promise<Explained> {
  const { model, open, byRules, redact, incident } = input;
  const { box } = session;
  const told = caseText({
    incident,
    evidence: inOrder(open, byRules.diagnosis),
    hypotheses: byRules.diagnosis.hypotheses,
    recommendations: byRules.recommendations,
    redact,
    maxInputTokens: model.limits.inputTokens,
  });
  const all = model.limits.toolCalls;
  const first = await session.read(
    { purpose: "diagnose", user: told.text, shape: diagnosisShape },
    all - keptForRefuting(all),
  );
  if (first.type === "failed") return unread(input, first.reason, session);

  // What the first reading could cite is what it had seen; the second one's look-ups come later.
  const seen: ApplyInput = { ...checks(input), answer: first.answer, shown: [...told.shown, ...(box?.found ?? [])] };
  const applied = applyAnswer(seen);
  const { refuted, why } = await secondReading(input, applied, session);
  const verification = refuted?.verification ?? "unverified";
  const part: ModelPart = {
    name: model.port.name,
    prompts: session.conversations.map((one) => one.prompt),
    lookUps: box?.counts.made ?? 0,
    verification,
    basis: byRules.diagnosis.hypotheses
      .slice(0, 3)
      .map(({ cause, culprit, probability }) => ({ cause, culprit, probability })),
  };
  if (refuted && verification !== "unverified")
    return session.explained({
      diagnosis: { ...refuted.diagnosis, model: part, tokens: session.tokens() },
      recommendations: refuted.recommendations,
    });
  const words = applyAnswer({ ...seen, wordsOnly: true });
  const modelNote = `the model's part is not verified: ${why}`;
  return session.explained({
    diagnosis: {
      ...words.diagnosis,
      summary:
        words.said.length > 0
          ? redact(`${words.diagnosis.summary} (The model's part is not verified: ${why}.)`)
          : words.diagnosis.summary,
      modelNote,
      model: part,
      tokens: session.tokens(),
    },
    recommendations: words.recommendations,
  });
}

/**
 * Lets a model explain what the rules found: a first reading that may look further, then a second one that tries to refute it
 * and can only lower its confidence. Without a second reading the first one's words are shown as not verified, and it moves
 * nothing. One deadline, one count of look-ups and one budget for both. Never throws for what the model does.
 */
export async function explain(input: ExplainInput): Promise<Explained> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), input.model.limits.deadlineMs);
  const signal = input.signal ? AbortSignal.any([deadline.signal, input.signal]) : deadline.signal;
  try {
    return await readTwice(input, openSession(input, signal));
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}
