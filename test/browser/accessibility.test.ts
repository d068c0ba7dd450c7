import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postBook } from "../../src/app/chat/deliver-job.ts";
import { digestMail } from "../../src/bot/email/digest-mail.ts";
import { incidentMail } from "../../src/bot/email/incident-mail.ts";
import { deliverIncident } from "../../src/bot/slack/deliver/deliver.ts";
import type { MailState } from "../../src/bot/web/pages-port.ts";
import { makeSignInLink } from "../../src/bot/web/sign-in-routes.ts";
import { unsubscribeUrl } from "../../src/bot/web/unsubscribe-routes.ts";
import { severities } from "../../src/incident/severity.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { keepLink } from "../../src/store/people/web-sign-in.ts";
import { checkPage, stumblingBlocks } from "../support/check-page.ts";
import { ensureChromium } from "../support/chromium.ts";
import { busyDigest } from "../support/digests.ts";
import { servePages } from "../support/filled-pages.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { notingDesk, startSlackBot } from "../support/slack-bot.ts";

const { path: chromiumPath, why } = ensureChromium();
const looks = [
  { colorScheme: "light", viewport: { width: 1_200, height: 900 } },
  { colorScheme: "dark", viewport: { width: 375, height: 812 } },
] as const;

describe.skipIf(chromiumPath === undefined)(`whoever reads it, however ${why}`, () => {
  let browser: Browser;
  let database: TestDatabase;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox", "--headless"] });
    database = await withDatabase();
  });
  afterAll(async () => {
    await browser?.close();
    await database?.close();
  });

  /** Light on a desk and dark on a phone: nothing to stumble over, nothing to scroll sideways for. */
  async function look(see: (page: Page) => Promise<void>): Promise<void> {
    for (const options of looks) {
      const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(40_000);
        await see(page);
      } finally {
        await context.close();
      }
    }
  }
  const isSound = async (page: Page) => {
    expect(await stumblingBlocks(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  };

  test("pages that strangers see tell nothing of the cluster, and lead nowhere they may not go", async () => {
    const signIn = { slackLinks: true, sessionHours: 1 };
    let state: MailState = "sent";
    const mail = {
      stateOf: async () => state,
      leaveAlone: async () => {
        state = "ended";
      },
      takeAgain: async () => {},
    };
    await using web = await servePages(database, { signIn, mail, cluster: "prod-eu-1" });
    const sessions = { keepLink: (kept: Parameters<typeof keepLink>[1]) => keepLink(database, kept) };
    const signers = { signer: web.signer, url: web.url, sessions };
    await look(async (page) => {
      state = "sent";
      for (const [address, heading] of [
        [`${web.url}/incidents`, "Sign in first"],
        [`${web.url}/nowhere`, "Not found"],
        [unsubscribeUrl(web.signer, web.url, "oncall@example.com"), "Mail to oncall@example.com"],
        [await makeSignInLink(signers, "UANN"), "Sign in"],
      ] as const) {
        await page.goto(address);
        expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(heading);
        expect(await page.locator("body").innerText()).not.toContain("prod-eu-1");
        expect(await page.getByRole("navigation").count()).toBe(0);
        await isSound(page);
      }
      await page.goto(unsubscribeUrl(web.signer, web.url, "oncall@example.com"));
      await page.getByRole("button", { name: "Send no more" }).click();
      await page.getByText("From now on no mail goes to this address").waitFor();
      await isSound(page);
    });
  });

  test("who may read keeps the menu on a page that is not there", async () => {
    await using web = await servePages(database);
    await look(async (page) => {
      for (const address of ["/nowhere", "/incidents/999", "/incidents?severity=critical"]) {
        await page.goto(web.url + address);
        expect(await page.getByRole("navigation", { name: "Pages" }).count()).toBe(1);
        await isSound(page);
      }
    });
  });

  test("the local Slack page: an incident, its thread, a form, the App Home", async () => {
    await saveIncident(database, incidentView.incident);
    await using bot = await startSlackBot({
      database,
      desk: notingDesk([]),
      slack: {
        users: [{ id: "U1", name: "ana", real_name: "Ana", email: "ana@example.com" }],
        channels: [{ id: "C1", name: "incidents" }],
      },
    });
    await deliverIncident({ slack: bot.port, book: postBook(database), channel: "C1" }, incidentView);
    await look(async (page) => {
      await page.goto(bot.slack.url);
      await page.getByRole("heading", { name: /carts is killed/ }).waitFor();
      await isSound(page);
      await page.goto(`${bot.slack.url}/#/home`);
      await page.getByRole("heading", { name: "How kubemend does" }).waitFor();
      await isSound(page);
      await page.goto(`${bot.slack.url}/#/C1`);
      await page.getByRole("button", { name: "Review", exact: true }).click();
      await page.getByRole("dialog").getByText("The same by hand").waitFor();
      await isSound(page);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page
        .getByText(/repl(y|ies)/)
        .first()
        .click();
      await page.getByRole("complementary", { name: /Thread/ }).waitFor();
      await isSound(page);
    });
  });

  const addresses = { timeZone: "Europe/Berlin", from: "kubemend <k@example.com>", chart: undefined };
  const mails = [
    {
      name: "a digest",
      mail: digestMail(busyDigest, { ...addresses, key: "k", link: (id) => `https://k.example/${id}` }),
    },
    ...severities.map((severity) => ({
      name: `a ${severity} incident`,
      mail: incidentMail(
        { ...incidentView, incident: { ...incidentView.incident, severity } },
        {
          ...addresses,
          what: "opened",
          title: clean("carts is killed"),
          installation: "i",
          links: [{ text: "Look", href: "https://k.example/7" }],
        },
      ),
    })),
  ];
  test.each(mails)("mail: $name", async ({ mail }) => {
    await look(async (page) => {
      await page.setContent(mail.html);
      for (const name of ["lowContrast", "unnamed"] as const) expect(await checkPage(page, name)).toEqual([]);
      expect(await page.locator("html").getAttribute("lang")).toBe("en");
      expect(await page.title()).toBe(mail.subject);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    });
  });
});
