import type { IncidentView } from "../../src/bot/incident-view.ts";
import { actionCodes } from "../../src/incident/action-code.ts";
import { causeCodes } from "../../src/incident/cause.ts";
import type { ObjectRef } from "../../src/incident/object-ref.ts";
import { severities } from "../../src/incident/severity.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import { clean, incidentView, plan, planView } from "./incident-view.ts";

const statuses = ["open", "acknowledged", "mitigating", "resolved", "reopened"] as const;
const planStates = [
  "proposed",
  "approved",
  "rejected",
  "expired",
  "executing",
  "applied",
  "failed",
  "undone",
  "superseded",
] as const;
const verdicts = ["recovered", "not-recovered", "worse", "unknown"] as const;

/** Incidents of every size and state, the same for the same seed; `word` gives the texts in them. */
export function generatedViews(
  seed: number,
  word: (roll: number) => string = (roll) => `text ${Math.floor(roll * 1e6)}`,
): () => IncidentView {
  const random = seededRandom(seed);
  const roll = (most: number) => Math.floor(random() * most);
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const long = (most: number) => {
    const length = random() < 0.2 ? roll(most) : roll(120);
    let text = word(random());
    while (text.length < length) text += ` ${word(random())}`;
    return text.slice(0, Math.max(1, length));
  };
  const many = <T>(most: number, make: (i: number) => T): T[] =>
    Array.from({ length: roll(most + 1) }, (_, i) => make(i));
  const ref = (): ObjectRef => ({
    kind: pick(["Deployment", "StatefulSet", "Node", "Service", "PersistentVolumeClaim"]),
    ...(random() < 0.8 ? { namespace: word(random()).slice(0, 63) || "shop" } : {}),
    name: word(random()).slice(0, 253) || "carts",
  });
  return () => {
    const id = String(1 + roll(1e9));
    const status = pick(statuses);
    const onset = 1_700_000_000_000 + roll(1e9);
    const evidence = many(14, (i) => ({
      id: `E${i + 1}`,
      source: pick(["object", "log", "event", "metric"] as const),
      about: ref(),
      query: long(3_000),
      status: "ok" as const,
      text: clean(long(20_000)),
      at: onset + roll(1e6),
      hash: "h",
    }));
    const hypotheses = many(5, () => ({
      cause: pick(causeCodes),
      culprit: ref(),
      probability: random(),
      statement: clean(long(2_000)),
      evidence: evidence.filter(() => random() < 0.6).map((item) => item.id),
      against: [],
      explains: random(),
    }));
    const fixes = many(5, (i) => {
      const needs = random() < 0.15 ? [{ name: "value", why: long(500) }] : [];
      const state = pick(planStates);
      const content = {
        ...plan,
        id: `p${i}`,
        incidentId: id,
        state,
        diff: clean(long(30_000)),
        kubectl: long(5_000),
        undoKubectl: long(5_000),
        blastRadius: { pods: roll(500), services: many(30, ref), note: long(1_000) },
      };
      const applied = state === "applied" || state === "undone";
      const stored = {
        ...planView,
        plan: content,
        reason: random() < 0.5 ? long(2_000) : null,
        approvals: many(4, () => ({
          planId: content.id,
          digest: plan.digest,
          by: { id: `slack:${roll(1e6)}`, name: long(200) },
          at: onset,
        })),
        verification:
          applied && random() < 0.7
            ? { planId: content.id, verdict: pick(verdicts), reason: long(3_000), at: onset, remaining: [], fresh: [] }
            : null,
      };
      return {
        recommendation: {
          id: `R${i}`,
          action: pick(actionCodes),
          target: ref(),
          params: {},
          needs,
          reason: clean(long(3_000)),
          confidence: random(),
          kubectl: long(4_000),
          risk: pick(["low", "medium", "high"] as const),
          reversible: random() < 0.5,
        },
        ...(random() < 0.7
          ? { plan: stored }
          : { refusal: { reason: needs.length > 0 ? "needs-input" : "not-allowed", detail: long(2_000) } }),
      };
    });
    return {
      ...incidentView,
      incident: {
        ...incidentView.incident,
        id,
        cluster: long(300),
        title: long(1_000),
        severity: pick(severities),
        status,
        onset,
        openedAt: onset + roll(600_000),
        updatedAt: onset + roll(1e7),
        ...(status === "resolved" ? { resolvedAt: onset + roll(1e7) } : {}),
        target: ref(),
        affected: many(60, ref),
      },
      acknowledgedBy: random() < 0.5 ? long(300) : null,
      ...(random() < 0.9
        ? {
            diagnosis: {
              incidentId: id,
              version: 1,
              madeAt: onset,
              by: pick(["rules", "model", "rules+model"] as const),
              ...(random() < 0.5 ? { modelNote: long(600) } : {}),
              summary: clean(long(6_000)),
              hypotheses,
              ruledOut: many(20, () => ({ cause: pick(causeCodes), culprit: ref(), reason: clean(long(1_000)) })),
              timeline: [],
              blastRadius: many(40, ref),
              inconclusive: random() < 0.3,
              questions: many(5, () => long(1_000)),
              ...(random() < 0.5 ? { tokens: { input: roll(1e5), output: roll(1e4), costUsd: random() } } : {}),
            },
          }
        : { diagnosis: undefined }),
      evidence,
      fixes,
      timeline: many(60, (i) => ({
        id: String(i),
        at: onset + i,
        kind: pick(["note", "approved", "applied", "detected"]),
        text: clean(long(4_000)),
      })),
      frozen: random() < 0.2,
    } as IncidentView;
  };
}
