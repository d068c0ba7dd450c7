import { createObservation } from "../../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../../src/detection/engine/engine.ts";
import type { ObjectRef } from "../../../src/incident/object-ref.ts";
import { examine } from "../../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import type { Standing } from "../../../src/rca/weigh/cause-confidence.ts";
import type { Recording } from "../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../src/replay/recording/recorded-signals.ts";

/** One diagnosis of one incident: how its first cause stood, and whether it was the true one. */
export interface Answer {
  readonly cause: string;
  readonly culprit: ObjectRef;
  readonly standing: Standing;
  /** After the incident was opened. */
  readonly afterMs: number;
}

const askedAtMs = [0, 30_000, 120_000];
const learnMs = 3 * 60_000;

/** What the rules answer to the incidents of a recording that open before `until` (unix ms), at several times each. */
export function answersTo(recording: Recording, until: number): readonly Answer[] {
  const tickMs = recording.header.scrapeIntervalSeconds * 1_000;
  const observation = createObservation({ cluster: recording.header.name });
  let ids = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++ids), learnMs, tickMs });
  const { redact } = createRedactor({ salt: "calibration" });
  const asked = new Map<string, number>();
  const answers: Answer[] = [];
  let next = recording.start + tickMs;
  for (const signal of recordedSignals(recording)) {
    if (signal.at > until) break;
    while (signal.at > next) {
      engine.tick(next);
      for (const incident of engine.incidents()) {
        const made = asked.get(incident.id) ?? 0;
        const due = askedAtMs[made];
        if (incident.resolvedAt !== undefined || due === undefined || next < incident.openedAt + due) continue;
        asked.set(incident.id, made + 1);
        const [first] = examine({ incident, observation, now: next, redact, version: made + 1 }).ranking.hypotheses;
        if (first)
          answers.push({
            cause: first.candidate.cause,
            culprit: first.candidate.culprit,
            standing: first.standing,
            afterMs: next - incident.openedAt,
          });
      }
      next += tickMs;
    }
    engine.ingest(signal);
  }
  return answers;
}
