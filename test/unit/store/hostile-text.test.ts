import { expect, test } from "vitest";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { evidenceOf, latestDiagnosis, saveDiagnosis } from "../../../src/store/incidents/diagnoses.ts";
import { getIncident, saveIncident } from "../../../src/store/incidents/incidents.ts";
import { keepEvidence } from "../../../src/store/incidents/keep-evidence.ts";
import { addToTimeline, timelineOf } from "../../../src/store/incidents/timeline.ts";
import { clean, incidentView } from "../../support/incident-view.ts";
import { withDatabase } from "../../support/postgres.ts";

// A NUL, and halves of an emoji as cutting at a length leaves them: PostgreSQL takes neither.
test.each([
  "a\u0000b",
  "cut \ud83d",
  "\ude00 rest",
  "\u0000\ud800\udfff\udc00",
])("an incident about %j is written down and read again", async (text) => {
  await using db = await withDatabase();
  const { incident, diagnosis, evidence } = incidentView;
  if (!diagnosis) throw new Error("unreachable: the fixture has a diagnosis");
  const anomaly = {
    fingerprint: "f",
    detector: "new-error",
    family: "log" as const,
    reason: "never-seen-template",
    target: incident.target,
    score: 1,
    severity: "high" as const,
    summary: text,
    startsAt: 1,
    detectedAt: 2,
  };
  const { id } = await saveIncident(db, { ...incident, title: text, anomalies: [anomaly] });
  const said = clean(text);
  await saveDiagnosis(
    db,
    { diagnosis: { ...diagnosis, incidentId: id, summary: said }, recommendations: [] },
    evidence.map((item) => ({ ...item, text: said, query: text })),
  );
  // What a question had looked up: its query may be words that a model has read in a log.
  await keepEvidence(
    db,
    id,
    evidence.map((item) => ({ ...item, id: "A1", hash: "another", text: said, query: text })),
  );
  await addToTimeline(db, id, { at: 1, kind: "detected", text: said });

  const shown = createRedactor().redact(text);
  expect(shown.isWellFormed()).toBe(true);
  expect(shown).not.toContain("\0");
  const stored = await getIncident(db, id);
  expect([stored?.title, stored?.anomalies[0]?.summary]).toEqual([shown, shown]);
  expect((await latestDiagnosis(db, id))?.diagnosis.summary).toBe(shown);
  expect((await evidenceOf(db, id)).map((item) => [item.text, item.query])).toEqual([
    [shown, shown],
    [shown, shown],
  ]);
  expect((await timelineOf(db, id)).map((entry) => entry.text)).toEqual([shown]);
});
