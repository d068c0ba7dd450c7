import { afterEach, beforeEach, expect, test } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { postBook } from "../../../../src/app/chat/deliver-job.ts";
import { buildView } from "../../../../src/app/view/build-view.ts";
import { postmortemOf } from "../../../../src/app/view/postmortem-of.ts";
import type { IncidentView } from "../../../../src/bot/incident-view.ts";
import { deliverIncident } from "../../../../src/bot/slack/deliver/deliver.ts";
import type { DeliverDeps } from "../../../../src/bot/slack/deliver/deliver-deps.ts";
import type { LocalSlack } from "../../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { addToTimeline } from "../../../../src/store/incidents/timeline.ts";
import { clean, incidentView, planView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let slack: LocalSlack;
let database: TestDatabase;
let rendered = 0;

const deps = (): DeliverDeps => ({
  slack: createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: 1_000 }),
  book: postBook(database),
  channel: "C1",
  postmortem: (id) => {
    rendered++;
    return postmortemOf({ database, redact: clean }, id);
  },
});
const deliver = async () => {
  const view = await buildView(database, "7");
  if (!view) throw new Error("incident 7 is stored");
  return await deliverIncident(deps(), view);
};
const files = () => {
  const message = slack.messages("incidents")[0] as { ts: string };
  return slack.replies("incidents", message.ts).flatMap((reply) => {
    const { files: shared = [] } = reply as { files?: { name: string }[] };
    return shared.map((file) => file.name);
  });
};
const resolve = () => changeStatus(database, "7", "resolve", { at: incidentView.incident.onset + 90_000 });

beforeEach(async () => {
  rendered = 0;
  database = await withDatabase();
  slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
  await saveIncident(database, incidentView.incident);
  const { diagnosis, evidence, fixes } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const recommendations = fixes.map((fix) => fix.recommendation);
  await saveDiagnosis(database, { diagnosis, recommendations }, evidence);
  await addToTimeline(database, "7", {
    at: incidentView.incident.onset + 30_000,
    kind: "approved",
    text: clean("Ana approved: Change resources of Deployment shop/carts."),
  });
});
afterEach(async () => {
  await slack.close();
  await database.close();
});

test("an open incident has none; a resolved one gets it into its thread, once", async () => {
  expect(await deliver()).toEqual({ type: "done" });
  expect(rendered).toBe(0);
  await resolve();
  for (let i = 0; i < 3; i++) expect(await deliver()).toEqual({ type: "done" });
  expect(files()).toEqual(["postmortem-7.md"]);
  expect(rendered).toBe(1);
  expect(slack.messages("incidents")).toHaveLength(1);
});

test("it tells the story from the rows: cause, proof, and what people did", async () => {
  await resolve();
  const text = await postmortemOf({ database, redact: clean }, "7");
  for (const part of [
    "# Post-mortem: carts is killed for memory",
    "| Resolved | 2023-11-14 22:14:50 UTC; 1 min 30 s of trouble in all |",
    "memory limit too low",
    "| E1 | object |",
    "Ana approved: Change resources of Deployment shop/carts.",
  ])
    expect(text).toContain(part);
  expect(await postmortemOf({ database, redact: clean }, "99")).toBeUndefined();
});

test.each([
  {
    name: "the answer to the upload is lost",
    method: "files.completeUploadExternal",
    fault: { kind: "accept-then-drop" },
  },
  {
    name: "Slack answers 500 although it shared the file",
    method: "files.completeUploadExternal",
    fault: { kind: "accept-then-500" },
  },
  {
    name: "the connection breaks before Slack shared it",
    method: "files.completeUploadExternal",
    fault: { kind: "drop" },
  },
  {
    name: "Slack has no address for the upload",
    method: "files.getUploadURLExternal",
    fault: { kind: "rate-limited", retryAfterSeconds: 3 },
  },
] as const)("shared once when $name", async ({ method, fault }) => {
  await deliver();
  await resolve();
  slack.faults.next(method, [fault]);
  expect(await deliver()).toMatchObject({ type: "again" });
  expect(await deliver()).toEqual({ type: "done" });
  expect(files()).toEqual(["postmortem-7.md"]);
});

test("a workspace that does not let the app upload still gets everything else, and is told as refused", async () => {
  await deliver();
  await resolve();
  slack.faults.next("files.getUploadURLExternal", [{ kind: "error", error: "missing_scope" }]);
  expect(await deliver()).toEqual({ type: "refused", code: "missing_scope" });
  expect(JSON.stringify(slack.messages("incidents")[0])).toContain("resolved");
});

test("it waits for the verdict on a fix that was just applied, but not for one that is long overdue", async () => {
  await resolve();
  const view = (await buildView(database, "7")) as IncidentView;
  const applied = (appliedAt: number): IncidentView => ({
    ...view,
    fixes: incidentView.fixes.map((fix) => ({
      ...fix,
      plan: { ...planView, appliedAt, plan: { ...planView.plan, state: "applied" } },
    })),
  });
  expect(await deliverIncident(deps(), applied(Date.now()))).toEqual({
    type: "again",
    afterSeconds: 15,
    code: "verdict-pending",
  });
  expect(await deliverIncident(deps(), applied(Date.now() - 3_600_000))).toEqual({ type: "done" });
  expect(files()).toEqual(["postmortem-7.md"]);
});
