import { afterEach, beforeEach, expect, test } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { postBook } from "../../../../src/app/chat/deliver-job.ts";
import type { FixView, IncidentView } from "../../../../src/bot/incident-view.ts";
import { deliverIncident } from "../../../../src/bot/slack/deliver/deliver.ts";
import type { DeliverDeps } from "../../../../src/bot/slack/deliver/deliver-deps.ts";
import type { VerificationVerdict } from "../../../../src/incident/fix/execution.ts";
import type { LocalSlack } from "../../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { clean, incidentView, plan, planView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let slack: LocalSlack;
let database: TestDatabase;
let drawn = 0;
// The smallest picture there is: one pixel.
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const deps = (more: Partial<DeliverDeps> = {}): DeliverDeps => ({
  slack: createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: 1_000 }),
  book: postBook(database),
  channel: "C1",
  drawVerdict: async () => {
    drawn++;
    return pixel;
  },
  ...more,
});
const files = () => {
  const message = slack.messages("incidents")[0] as { ts: string };
  return slack.replies("incidents", message.ts).flatMap((reply) => {
    const { files: shared = [] } = reply as { files?: { name: string }[] };
    return shared.map((file) => file.name);
  });
};

beforeEach(async () => {
  drawn = 0;
  database = await withDatabase();
  slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
  await saveIncident(database, incidentView.incident);
});
afterEach(async () => {
  await slack.close();
  await database.close();
});

function judged(verdict: VerificationVerdict | undefined): IncidentView {
  const [fix] = incidentView.fixes;
  if (!fix) throw new Error("the fixture has a fix");
  const verification = verdict && { planId: plan.id, verdict, reason: "seen", at: 1, remaining: [], fresh: [] };
  const stored = { ...planView, plan: { ...plan, state: "applied" as const }, verification: verification ?? null };
  return { ...incidentView, fixes: [{ ...fix, plan: stored }] };
}

test.each([
  "recovered",
  "not-recovered",
  "worse",
] as const)("a change that was judged (%s) shows before and after in the thread, once", async (verdict) => {
  for (let i = 0; i < 3; i++) expect(await deliverIncident(deps(), judged(verdict))).toEqual({ type: "done" });
  expect(files()).toEqual([`before-after-${plan.id}.png`]);
  expect(drawn).toBe(1);
});

test.each([
  { name: "no verdict", view: () => judged(undefined), more: {} },
  { name: "an unknown outcome", view: () => judged("unknown"), more: {} },
  { name: "nothing to draw", view: () => judged("recovered"), more: { drawVerdict: async () => undefined } },
  {
    name: "a painter that fails",
    view: () => judged("recovered"),
    more: { drawVerdict: () => Promise.reject(new Error("no")) },
  },
])("$name: no picture, and the words are there all the same", async ({ view, more }) => {
  expect(await deliverIncident(deps(more), view())).toEqual({ type: "done" });
  expect(files()).toEqual([]);
  expect(slack.messages("incidents")).toHaveLength(1);
});

test("advice for a repository comes as a file in the thread, once however often it is given again", async () => {
  const [fix] = incidentView.fixes;
  if (!fix) throw new Error("the fixture has a fix");
  const commit = { name: "patch-deployment-carts.yaml", text: clean("kind: Deployment\n") };
  const advised: FixView = {
    recommendation: fix.recommendation,
    refusal: { reason: "managed-by-gitops", detail: "Argo CD would put it back.", commit },
  };
  const again = { ...advised, recommendation: { ...advised.recommendation, id: "R9" } };
  await deliverIncident(deps(), { ...incidentView, fixes: [advised] });
  await deliverIncident(deps(), { ...incidentView, revision: 9, fixes: [again] });
  expect(files()).toEqual(["patch-deployment-carts.yaml"]);
  const shown = slack.files().find((file) => file["name"] === commit.name);
  expect(shown?.["size"]).toBe(commit.text.length);
  expect(JSON.stringify(slack.messages("incidents"))).toContain("The patch to commit is in the thread");
});

test("the name of a file is one line in which nothing hides", async () => {
  const title = "carts\u202egnp.exe\n\u2066<!channel>\u200b is down";
  const view = { ...judged("recovered"), incident: { ...incidentView.incident, title } };
  const [fix] = view.fixes;
  if (!fix) throw new Error("the fixture has a fix");
  const target = { ...fix.recommendation.target, name: title };
  const hostile = { ...view, fixes: [{ ...fix, recommendation: { ...fix.recommendation, target } }] };
  await deliverIncident(deps({ drawChart: async () => pixel }), hostile);
  const titles = slack.files().map((file) => String(file["title"]));
  expect(titles).toHaveLength(2);
  for (const shown of titles) {
    expect(shown).toContain("cartsgnp.exe <!channel> is down");
    expect(shown).not.toMatch(/[\p{Cf}\n]/u);
  }
});

test("an incident that came back shows its last end, also where that cannot be drawn any more", async () => {
  const { incident } = incidentView;
  let charts = 0;
  const drawChart = async () => {
    charts++;
    return pixel;
  };
  const at = (status: "resolved" | "reopened", resolvedAt?: number): IncidentView => ({
    ...incidentView,
    incident: { ...incident, status, updatedAt: incident.onset + 400_000, ...(resolvedAt ? { resolvedAt } : {}) },
  });
  const shown = () => {
    const { blocks = [] } = slack.messages("incidents")[0] as { blocks?: { slack_file?: { id: string } }[] };
    return blocks.find((block) => block.slack_file)?.slack_file?.id;
  };
  const pictures: (string | undefined)[] = [];
  for (const view of [at("resolved", 1_000), at("reopened"), at("resolved", 2_000), at("resolved", 2_000)]) {
    expect(await deliverIncident(deps({ drawChart }), view)).toEqual({ type: "done" });
    pictures.push(shown());
  }
  expect(charts).toBe(3);
  expect(new Set(pictures).size).toBe(3);
  expect(pictures[3]).toBe(pictures[2]);
  await deliverIncident(deps({ drawChart: async () => undefined }), at("resolved", 3_000));
  expect(shown()).toBe(pictures[2]);
});
