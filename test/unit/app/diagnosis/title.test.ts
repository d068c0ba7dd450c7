import { expect, test } from "vitest";
import { tellTitle } from "../../../../src/app/diagnosis/tell-title.ts";
import { buildView } from "../../../../src/app/view/build-view.ts";
import { incidentMail } from "../../../../src/bot/email/incident-mail.ts";
import { renderIncident } from "../../../../src/bot/slack/render/render-incident.ts";
import { renderThread } from "../../../../src/bot/slack/render/render-thread.ts";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import type { Diagnosis } from "../../../../src/incident/diagnosis/diagnosis.ts";
import { titleOf } from "../../../../src/incident/diagnosis/title.ts";
import { makeRef, type ObjectRef } from "../../../../src/incident/object-ref.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { clean } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const frontend = makeRef("Deployment", "shop", "frontend");
const catalogue = makeRef("Deployment", "shop", "catalogue");
const seen = "frontend answers 13 % of its requests with errors";

function diagnosis(version: number, cause: CauseCode, culprit: ObjectRef, inconclusive = false): Diagnosis {
  return {
    incidentId: "7",
    version,
    madeAt: Date.now(),
    by: "rules",
    summary: clean("In shop, something is broken."),
    hypotheses: [
      { cause, culprit, probability: 0.93, statement: clean("it is"), evidence: [], against: [], explains: 1 },
    ],
    ruledOut: [],
    timeline: [],
    blastRadius: [],
    inconclusive,
    questions: [],
  };
}

test.each([
  [
    "names the cause that the diagnosis found elsewhere",
    diagnosis(1, "bad-release", catalogue),
    `catalogue: defect in the new release – ${seen}`,
  ],
  ["keeps what was seen where that is what has to be repaired", diagnosis(1, "memory-leak", frontend), seen],
  ["keeps what was seen while the evidence does not decide", diagnosis(1, "bad-release", catalogue, true), seen],
  ["keeps what was seen without a diagnosis", undefined, seen],
  [
    "says of which kind a culprit is that is no workload",
    diagnosis(1, "bad-config", makeRef("ConfigMap", "shop", "prices")),
    `ConfigMap prices: wrong configuration value – ${seen}`,
  ],
] as const)("the title %s", (_name, made, want) => {
  expect(titleOf({ target: frontend, title: seen }, made)).toBe(want);
});

test("message, mail and thread follow a diagnosis that changes its mind, and the thread says so", async () => {
  await using database = await withDatabase();
  const redact = clean;
  const incident = incidentRow(7, { title: seen, target: frontend, affected: [frontend, catalogue] });
  await saveIncident(database, incident);
  const rounds = [
    diagnosis(1, "application-degraded", frontend),
    diagnosis(2, "bad-release", catalogue),
    diagnosis(3, "bad-release", catalogue),
    diagnosis(4, "bad-release", catalogue, true),
  ];
  const titles: string[] = [];
  let before: Diagnosis | undefined;
  for (const after of rounds) {
    await saveDiagnosis(database, { diagnosis: after, recommendations: [] }, []);
    await tellTitle({ database, redact }, incident, { before, after, at: after.madeAt });
    before = after;
    const view = await buildView(database, "7");
    if (!view) throw new Error("there is no view");
    titles.push(view.incident.title);
    expect(JSON.stringify(renderIncident(view).blocks[0])).toContain(view.incident.title);
    const options = { timeZone: "UTC", from: "k@example.net", installation: "i", links: [], chart: undefined };
    expect(incidentMail(view, { ...options, what: "opened", title: clean(view.incident.title) }).text).toContain(
      view.incident.title,
    );
  }
  const told = `catalogue: defect in the new release – ${seen}`;
  expect(titles).toEqual([seen, told, told, seen]);
  const view = await buildView(database, "7");
  const steps = view ? renderThread(view).map(({ text }) => text) : [];
  expect(steps.filter((text) => text.startsWith("The title"))).toEqual([
    `The title names the cause now: "catalogue: defect in the new release"; first seen as "${seen}".`,
    `The title no longer names a cause (it was "catalogue: defect in the new release"); first seen as "${seen}".`,
  ]);
});
