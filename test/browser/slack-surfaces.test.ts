import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { postBook } from "../../src/app/chat/deliver-job.ts";
import type { HomeView } from "../../src/bot/home-view.ts";
import { deliverIncident } from "../../src/bot/slack/deliver/deliver.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { ensureChromium } from "../support/chromium.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { quietOperations } from "../support/quiet-operations.ts";
import { notingDesk, type SlackBot, startSlackBot } from "../support/slack-bot.ts";

const { path: chromiumPath, why } = ensureChromium();
const hour = 3_600_000;
const asked: unknown[][] = [];
const home = async (): Promise<HomeView> => ({
  now: incidentView.incident.onset + hour,
  cluster: "test",
  open: [incidentView.incident],
  openTotal: 1,
  approvalsTotal: 1,
  approvals: [
    {
      incidentId: "7",
      recommendationId: "R1",
      planId: "11",
      digest: "d",
      title: "Change resources of Deployment shop/carts",
      diff: " limits:\n-  memory: 34Mi\n+  memory: 128Mi",
      risk: "low",
      have: 0,
      need: 1,
      mine: false,
      expiresAt: incidentView.incident.onset + 2 * hour,
    },
  ],
  fixes: [{ incidentId: "6", title: "Roll back Deployment shop/orders", at: 1, outcome: "helped" }],
  silences: [],
  health: [{ name: "Detection", state: "ok", detail: "12 ticks" }],
  precision: { right: 9, wrong: 1, days: 30 },
  frozen: false,
});

describe.skipIf(chromiumPath === undefined)(`App Home, silences and questions in a browser ${why}`, () => {
  let browser: Browser;
  let database: TestDatabase;
  let bot: SlackBot;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox", "--headless"] });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    asked.length = 0;
    database = await withDatabase();
    await saveIncident(database, incidentView.incident);
    bot = await startSlackBot({
      database,
      desk: notingDesk(asked, {
        home,
        previewSilence: async (request) => ({
          ...(await quietOperations.previewSilence(request)),
          active: [{ target: incidentView.incident.target, summary: clean("killed again") }],
          open: [incidentView.incident],
          past: { matched: 1, of: 3, days: 7 },
        }),
      }),
      slack: {
        users: [{ id: "U1", name: "ana", real_name: "Ana", email: "ana@example.com" }],
        channels: [{ id: "C1", name: "incidents" }],
        commands: [{ command: "/incident", description: "Incidents", usage_hint: "help" }],
      },
    });
    await deliverIncident({ slack: bot.port, book: postBook(database), channel: "C1" }, incidentView);
    page = await browser.newPage({ viewport: { width: 1_100, height: 1_000 } });
    page.setDefaultTimeout(40_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(bot.slack.url);
    await page.getByRole("heading", { name: /carts is killed/ }).waitFor();
  });
  afterEach(async () => {
    await page?.close();
    await bot?.[Symbol.asyncDispose]();
    await database?.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  test("App Home: what is open, what waits with what it changes, what became of the last fixes", async () => {
    await page.getByRole("link", { name: /kubemend home/ }).click();
    await page.getByRole("heading", { name: "1 open incident" }).waitFor();
    const text = await page.locator("main").innerText();
    for (const part of [
      "limits.memory: 34Mi → 128Mi",
      "helped  Roll back Deployment shop/orders",
      "90 % of the causes named first were right: 9 of 10",
    ])
      expect(text.replace(/[ \u00a0]+/g, " ")).toContain(part.replace(/ +/g, " "));
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("dialog").getByText("memory limit too low").first().waitFor();
  });

  test("a silence: chosen in a form, shown with what it hides, and only then made", async () => {
    await page.getByRole("button", { name: "Silence", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why").fill("the migration runs");
    await dialog.getByRole("button", { name: "Preview" }).click();
    await dialog.getByText("In the last 7 days it would have kept 1 of 3 incidents quiet.").waitFor();
    await dialog.getByText("It stays open; no new one is raised.").waitFor();
    expect(asked).toEqual([]);
    await dialog.getByRole("button", { name: "Silence", exact: true }).click();
    await dialog.getByText("Silence 3 holds.").waitFor();
    expect(asked).toMatchObject([["silence", { durationMs: hour, reason: "the migration runs" }, "slack:U1"]]);
  });

  test("a question in the incident's thread is answered there with its proof, each line once", async () => {
    await page
      .getByText(/\d+ repl(y|ies)/)
      .first()
      .click();
    const thread = page.getByRole("complementary", { name: /Thread/ });
    await thread.getByRole("textbox", { name: "Reply" }).fill("why does it restart?");
    await thread.getByRole("textbox", { name: "Reply" }).press("Enter");
    await thread.getByText("answered by rules").waitFor();
    expect(asked).toEqual([["ask", "7", "why does it restart?", "slack:U1"]]);
    const answer = await thread.locator("article").last().innerText();
    for (const { text } of incidentView.evidence) expect(answer.split(text)).toHaveLength(2);
  });
});
