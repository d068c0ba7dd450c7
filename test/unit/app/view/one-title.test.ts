import { expect, test } from "vitest";
import { homeOf } from "../../../../src/app/desk/home-of.ts";
import { digestOf } from "../../../../src/app/mail/digest-of.ts";
import { buildView } from "../../../../src/app/view/build-view.ts";
import { postmortemOf } from "../../../../src/app/view/postmortem-of.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { pageOfIncidents } from "../../../../src/store/incidents/incident-pages.ts";
import { listIncidents, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { titled } from "../../../../src/store/incidents/titled.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const frontend = makeRef("Deployment", "shop", "frontend");
const catalogue = makeRef("Deployment", "shop", "catalogue");
const seen = "frontend answers 13 % of its requests with errors";
const told = `catalogue: defect in the new release – ${seen}`;
const by = { id: "slack:U1", name: "Ada" };

async function raise(database: TestDatabase, id: string, { inconclusive = false, version = 1, title = seen } = {}) {
  await saveIncident(database, incidentRow(Number(id), { title, target: frontend }));
  const { diagnosis } = incidentView;
  const [first] = diagnosis?.hypotheses ?? [];
  if (!diagnosis || !first) throw new Error("the fixture has a cause");
  const hypotheses = [{ ...first, cause: "bad-release" as const, culprit: catalogue }];
  const made = { ...diagnosis, incidentId: id, version, inconclusive, hypotheses };
  await saveDiagnosis(database, { diagnosis: made, recommendations: [] }, []);
}

/** The title of incident 1 wherever it is told. */
async function titles(database: TestDatabase) {
  const [digest, home, page, view, story] = await Promise.all([
    digestOf({ database, cluster: "shop", redact: clean }, "daily", Date.now() + 1_000),
    homeOf({ database, cluster: "shop", clock: { now: Date.now, sleep: () => Promise.resolve() } }, by),
    pageOfIncidents(database, {}, { limit: 10 }),
    buildView(database, "1"),
    postmortemOf({ database, redact: clean }, "1"),
  ]);
  return {
    list: (await titled(database, await listIncidents(database, {})))[0]?.title,
    digest: digest.open[0]?.title,
    home: home.open[0]?.title,
    page: page.rows[0]?.title,
    message: view?.incident.title,
    story: /# Post-mortem: (.*)/.exec(story ?? "")?.[1],
  };
}

test("message, list, App Home, page, digest and post-mortem name an incident alike", async () => {
  await using database = await withDatabase();
  await raise(database, "1");
  expect(new Set(Object.values(await titles(database)))).toEqual(new Set([told]));
  // The next diagnosis is not so sure any more.
  await raise(database, "1", { version: 2, inconclusive: true });
  expect(new Set(Object.values(await titles(database)))).toEqual(new Set([seen]));
});

test("a digest names no cause that the evidence does not decide as if it were one", async () => {
  await using database = await withDatabase();
  await raise(database, "1", { inconclusive: true });
  const { open, causes } = await digestOf({ database, cluster: "shop", redact: clean }, "daily", Date.now() + 1_000);
  expect(open).toMatchObject([{ cause: { code: "bad-release", undecided: true } }]);
  expect(causes).toEqual([]);
});

test.each([
  { search: told, finds: ["1"] },
  { search: "catalogue: defect in", finds: ["1"] },
  { search: "DEFECT in the new release", finds: ["1"] },
  { search: "13 % of its requests", finds: ["2", "1"] },
  { search: "100 %", finds: [] },
])("the list is searched by the title that people read: $search", async ({ search, finds }) => {
  await using database = await withDatabase();
  await raise(database, "1");
  await raise(database, "2", { inconclusive: true });
  const { rows } = await pageOfIncidents(database, { search }, { limit: 10 });
  expect(rows.map(({ id }) => id)).toEqual(finds);
});
