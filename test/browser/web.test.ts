import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Decisions } from "../../src/bot/web/pages-port.ts";
import { makeSignInLink } from "../../src/bot/web/sign-in-routes.ts";
import { touchIncident } from "../../src/store/incidents/incidents.ts";
import { addToTimeline } from "../../src/store/incidents/timeline.ts";
import { keepLink } from "../../src/store/people/web-sign-in.ts";
import { checkPage, stumblingBlocks } from "../support/check-page.ts";
import { fillIncident, fillList, hostile, type ServedPages, servePages } from "../support/filled-pages.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";

const executablePath = process.env["KUBEMEND_CHROMIUM"];
/** Set to a folder to keep pictures of what a person sees. */
const pictures = process.env["KUBEMEND_PICTURES"];
const quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];
const sizes = {
  desktop: { width: 1280, height: 1000 },
  phone: { width: 390, height: 844 },
} as const;

let db: TestDatabase;
let web: ServedPages;
let browser: Browser;
let id: string;

/** A desk's answers to what these tests do not ask. */
const noDoubts: Pick<Decisions, "notThisCause" | "replan" | "replanWith"> = {
  notThisCause: async () => ({ ok: true, text: "" }),
  replan: async () => undefined,
  replanWith: async () => ({ ok: false, text: "" }),
};

/** A page that fails the test when it breaks its own policy, throws, or asks another server. */
async function open(options: Parameters<Browser["newContext"]>[0] = {}, server = web.url) {
  const context = await browser.newContext({ viewport: sizes.desktop, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(server)) troubles.push(`asked ${request.url()}`);
  });
  const shoot = async (name: string, fullPage = false) => {
    if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
  };
  return { context, page, troubles, shoot, [Symbol.asyncDispose]: () => context.close() };
}

/** Another site, with one page. */
async function startTextServer(html: string) {
  const server = createServer((_request, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

const drawn = (page: Page) => page.locator("[data-drawn='2']").waitFor();

const check = checkPage;

describe.skipIf(!executablePath)("the pages in a browser", () => {
  beforeAll(async () => {
    if (pictures) mkdirSync(pictures, { recursive: true });
    db = await withDatabase();
    id = await fillIncident(db);
    await fillIncident(db, { id: "9", groupKey: "x", severity: "medium", title: `orders answers slowly ${hostile}` });
    web = await servePages(db);
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: quiet });
  });
  afterAll(async () => {
    await browser?.close();
    await web?.[Symbol.asyncDispose]();
    await db?.close();
  });

  test.each([
    "/incidents",
    "/incidents/:id",
    "/detectors",
    "/models",
    "/risks",
    "/experiments",
    "/digest",
  ])("%s can be read in light and dark, on a desk and on a phone, and breaks no rule of its own", async (path) => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [size, viewport] of Object.entries(sizes)) {
        // Each colour and each size once; all four pairs where somebody looks at the pictures.
        if (!pictures && (colorScheme === "light") !== (size === "desktop")) continue;
        await using tab = await open({ colorScheme, viewport, reducedMotion: "reduce" });
        await tab.page.goto(web.url + path.replace(":id", id));
        if (path.endsWith(":id")) await drawn(tab.page);
        await tab.shoot(`${path.slice(1).replace("/:id", "-one")}-${size}-${colorScheme}`, true);
        expect(await stumblingBlocks(tab.page)).toEqual([]);
        const wide = await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect(wide).toBeLessThanOrEqual(0);
        expect(tab.troubles).toEqual([]);
      }
    }
  });

  test("a list of many incidents is filtered, searched and paged", async () => {
    await using own = await withDatabase();
    await fillList(own);
    await using pages = await servePages(own);
    await using tab = await open({ viewport: { width: 1180, height: 900 } }, pages.url);
    await tab.page.goto(`${pages.url}/incidents`);
    await tab.page.getByText("64 incidents.").waitFor();
    await tab.page.getByRole("link", { name: "3 are not resolved" }).click();
    await tab.page.getByText("3 incidents match.").waitFor();
    expect(await tab.page.locator("tbody tr").count()).toBe(3);
    expect(await tab.page.getByText("not resolved.").count()).toBe(0);
    await tab.page.getByRole("link", { name: "Clear" }).click();
    expect(await tab.page.locator("tbody tr").count()).toBe(50);
    await tab.shoot("web-incidents");
    await tab.page.getByRole("link", { name: "Older" }).click();
    expect(await tab.page.locator("tbody tr").count()).toBe(14);
    await tab.page.getByRole("link", { name: "Newest" }).click();
    await tab.page.getByLabel("Search").fill("payment");
    await tab.page.getByLabel("Status").selectOption("unresolved");
    await tab.page.keyboard.press("Enter");
    await tab.page.getByText("1 incident matches.").waitFor();
    expect(tab.troubles).toEqual([]);
  });

  test("hostile text in logs, events and titles stays text: nothing runs, no name of the page changes", async () => {
    await using tab = await open();
    await tab.page.goto(`${web.url}/incidents/${id}`);
    await drawn(tab.page);
    expect(await tab.page.title()).not.toContain("owned");
    expect(await tab.page.locator("main img, main script").count()).toBe(0);
    // What nothing points at is folded away until somebody wants it.
    await tab.page.getByText("Read as well, and not needed for it").click();
    expect(await tab.page.locator("#evidence").innerText()).toContain("<script>document.title=");
    expect(tab.troubles).toEqual([]);
  });

  test("what would get into a page all the same does nothing there: the browser itself refuses it", async () => {
    await using tab = await open();
    const refused: string[] = [];
    tab.page.on("console", (message) => refused.push(message.text()));
    // As if something had not been escaped: the page as it is served, with its own headers, and more in it.
    await tab.page.route(`${web.url}/incidents/${id}`, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(
        '<main id="main"',
        `<script>document.title="owned"</script>
         <img src=x onerror="document.title='owned'"><style>body{display:none}</style>
         <a id="lure" href="javascript:document.title='owned'">look</a>
         <iframe srcdoc="<script>parent.document.title='owned'</script>"></iframe>
         <base href="https://evil.example/">
         <script src="https://evil.example/x.js"></script><main id="main"`,
      );
      await route.fulfill({ response: answer, body });
    });
    await tab.page.goto(`${web.url}/incidents/${id}`);
    await drawn(tab.page);
    await tab.page.locator("#lure").click();
    expect(await tab.page.title()).toMatch(/ - kubemend$/);
    expect(await tab.page.title()).not.toContain("owned");
    expect(tab.page.url()).toBe(`${web.url}/incidents/${id}`);
    expect(await tab.page.locator("body").isVisible()).toBe(true);
    expect(await tab.page.evaluate("document.baseURI")).toBe(`${web.url}/incidents/${id}`);
    for (const what of ["script-src", "style-src", "base-uri"])
      expect(
        refused.filter((text) => text.includes("Content Security Policy") && text.includes(what)),
        what,
      ).not.toEqual([]);
    // Nothing was asked of elsewhere but what the browser reports before it refuses it.
    expect(tab.troubles.filter((text) => text.startsWith("asked ") && !text.includes("evil.example"))).toEqual([]);
  });

  test("no other page shows ours in a frame, where clicks could be stolen", async () => {
    await using tab = await open();
    await using other = await startTextServer(`<iframe id="victim" src="${web.url}/incidents/${id}"></iframe>`);
    await tab.page.goto(other.url);
    const frame = tab.page.frames().find((one) => one !== tab.page.mainFrame());
    await frame?.waitForLoadState().catch(() => undefined);
    expect(frame?.url() ?? "").not.toContain("/incidents/");
    expect(await tab.page.frameLocator("#victim").locator("main").count()).toBe(0);
  });

  test("the chart follows the pointer, zooms to the onset and back", async () => {
    await using tab = await open();
    await tab.page.goto(`${web.url}/incidents/${id}`);
    await drawn(tab.page);
    const over = tab.page.locator(".u-over").first();
    // Nothing is pointed at: the names stand alone, without the moment and the values that belong to a pointer.
    expect(await tab.page.locator(".u-legend tr").first().isVisible()).toBe(false);
    expect(await tab.page.locator(".u-legend .u-value:visible").count()).toBe(0);
    await over.hover({ position: { x: 300, y: 80 } });
    await tab.page
      .getByText(/^\d+(\.\d+)? MiB$/)
      .first()
      .waitFor();
    await tab.page.getByRole("button", { name: "Around the onset" }).click();
    await tab.page.getByRole("button", { name: "Whole time" }).click();
    expect(await tab.page.locator(".marks li").allInnerTexts()).toHaveLength(3);
    expect(await tab.page.locator("[role=img][aria-label^='carts: memory in use']").count()).toBe(1);
    expect(tab.troubles).toEqual([]);
  });

  test("words of marks stand above the lines on a desk, and below the charts alone on a phone", async () => {
    for (const [viewport, rows] of [
      [sizes.desktop, 3],
      [sizes.phone, 0],
    ] as const) {
      await using tab = await open({ viewport });
      await tab.page.goto(`${web.url}/incidents/${id}`);
      await drawn(tab.page);
      const whole = await tab.page.locator(".uplot").first().boundingBox();
      const lines = await tab.page.locator(".u-over").first().boundingBox();
      const above = (lines?.y ?? 0) - (whole?.y ?? 0);
      expect(Math.floor(above / 16)).toBe(rows);
      expect(await tab.page.locator(".marks li").count()).toBe(3);
    }
  });

  test("charts come to a place that is kept for them: what stands below does not move, nor is a click lost", async () => {
    for (const viewport of Object.values(sizes)) {
      await using tab = await open({ viewport });
      let come = () => {};
      const wanted = new Promise<void>((resolve) => {
        come = resolve;
      });
      await tab.page.route("**/chart.json", async (route) => {
        await wanted;
        await route.continue();
      });
      await tab.page.goto(`${web.url}/incidents/${id}`);
      const below = tab.page.locator("#fixes");
      const before = await below.boundingBox();
      come();
      await drawn(tab.page);
      const after = await below.boundingBox();
      expect(after?.y).toBe(before?.y);
      // Kept, and not much more than that.
      const end = await tab.page.locator(".charts .marks").boundingBox();
      expect((after?.y ?? 0) - (end?.y ?? 0) - (end?.height ?? 0)).toBeLessThan(60);
      expect(tab.troubles).toEqual([]);
    }
  });

  test("news that come while somebody presses a button leave him the click, his words and what he has opened", async () => {
    await using tab = await open();
    await tab.page.clock.install();
    await tab.page.goto(`${web.url}/incidents/${id}`);
    await drawn(tab.page);
    const news = tab.page.getByText("There is news of this incident.");
    const details = tab.page.locator("details").first();
    await details.locator("summary").click();
    const button = tab.page.getByRole("button", { name: "Around the onset" });
    await button.scrollIntoViewIfNeeded();
    const at = await button.boundingBox();
    const scrolled = await tab.page.evaluate<number>("scrollY");
    await tab.page.evaluate(
      "document.querySelector('.charts .range').addEventListener('click', () => { document.title = 'clicked'; })",
    );
    await tab.page.mouse.move((at?.x ?? 0) + 5, (at?.y ?? 0) + 5);
    await tab.page.mouse.down();
    await touchIncident(db, id);
    const asked = tab.page.waitForResponse("**/revision.json");
    await tab.page.clock.fastForward(11_000);
    await (await asked).finished();
    await tab.page.clock.runFor(100);
    expect(await news.isVisible()).toBe(false);
    await tab.page.mouse.up();
    await tab.page.clock.runFor(100);
    await news.waitFor();
    expect(await tab.page.title()).toBe("clicked");
    expect(await button.boundingBox()).toEqual(at);
    expect(await tab.page.evaluate("scrollY")).toBe(scrolled);
    expect(await details.getAttribute("open")).not.toBeNull();
    expect(tab.troubles).toEqual([]);
  });

  test("who reads on is told that there is news, and nothing moves meanwhile", async () => {
    await using tab = await open();
    await tab.page.clock.install();
    await tab.page.goto(`${web.url}/incidents/${id}`);
    const news = tab.page.getByText("There is news of this incident.");
    await tab.page.clock.fastForward(11_000);
    expect(await news.isVisible()).toBe(false);
    const title = tab.page.getByRole("heading", { level: 1 });
    const before = await title.boundingBox();
    await touchIncident(db, id);
    await tab.page.clock.fastForward(11_000);
    await news.waitFor();
    expect(await title.boundingBox()).toEqual(before);
    await tab.page.getByRole("link", { name: "Show it" }).click();
    await tab.page.getByRole("heading", { level: 1 }).waitFor();
    expect(await news.isVisible()).toBe(false);
    expect(tab.troubles).toEqual([]);
  });

  test("everything is reached by keyboard, and where one is can be seen", async () => {
    await using tab = await open();
    await tab.page.goto(`${web.url}/incidents`);
    await tab.page.keyboard.press("Tab");
    expect(await check(tab.page, "focused")).toMatchObject({ name: "Skip to content" });
    await tab.page.keyboard.press("Enter");
    const seen = new Set<string>();
    for (let i = 0; i < 30; i++) {
      await tab.page.keyboard.press("Tab");
      const at = await check<{ name: string; outline: string } | null>(tab.page, "focused");
      if (!at) break;
      expect(at.outline).toBe("solid 3px");
      seen.add(at.name);
    }
    for (const name of ["q", "status", "severity", "namespace", "cause", "Show"]) expect([...seen]).toContain(name);
    expect([...seen].some((name) => name.includes("carts is killed"))).toBe(true);
  });

  test("j and k walk through the list, Enter opens, and typing stays typing", async () => {
    await using tab = await open();
    await tab.page.goto(`${web.url}/incidents`);
    const at = async () => (await check<{ name: string } | null>(tab.page, "focused"))?.name ?? "";
    const names = await tab.page.locator("tbody th a").allInnerTexts();
    expect(names.length).toBeGreaterThan(1);
    const pressed: string[] = [];
    for (const key of ["j", "j", "j", "k", "k"]) {
      await tab.page.keyboard.press(key);
      pressed.push((await at()).split(" ")[0] ?? "");
    }
    const [first = "", second = ""] = names.map((name) => name.split(" ")[0]);
    expect(pressed).toEqual([first, second, second, first, first]);
    await tab.page.getByLabel("Search").fill("");
    await tab.page.getByLabel("Search").press("j");
    expect(await tab.page.getByLabel("Search").inputValue()).toBe("j");
    await tab.page.locator("tbody th a").first().focus();
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("heading", { level: 1 }).waitFor();
    expect(tab.page.url()).toContain(`/incidents/${first}`);
  });

  test("on paper it is light, and holds what is read and nothing that is pressed", async () => {
    await using tab = await open({ colorScheme: "dark" });
    await tab.page.goto(`${web.url}/incidents/${id}`);
    await drawn(tab.page);
    await tab.page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await tab.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(
      "rgb(255, 255, 255)",
    );
    expect(await check(tab.page, "lowContrast")).toEqual([]);
    expect(await tab.page.locator("button:visible, nav:visible").count()).toBe(0);
    expect(await tab.page.getByRole("heading", { name: "Evidence" }).isVisible()).toBe(true);
  });

  test("a moment of today or yesterday says so, an older one has its date", async () => {
    await using own = await withDatabase();
    const now = Date.now();
    for (const [id, days] of [
      ["1", 0],
      ["2", 1],
      ["3", 40],
    ] as const)
      await fillIncident(
        own,
        { id, groupKey: id, onset: now - days * 86_400_000, openedAt: now - days * 86_400_000 },
        "",
      );
    await using pages = await servePages(own, { now: Date.now });
    await using tab = await open({ timezoneId: "UTC" }, pages.url);
    await tab.page.goto(`${pages.url}/incidents`);
    const since = await tab.page.locator("td[data-label=Since]").allInnerTexts();
    expect(since.map((text) => text.replace(/ ?\d+:.*/, ""))).toEqual([
      "today,",
      "yesterday,",
      expect.stringMatching(/^\w+ \d+, \d{4},$/),
    ]);
  });

  test("a time of day has its date where the incident went on over midnight", async () => {
    await using own = await withDatabase();
    const onset = Date.UTC(2023, 10, 14, 23, 50);
    const id = await fillIncident(own, { onset, openedAt: onset, updatedAt: onset + 3_600_000 }, "");
    for (const minutes of [1, 20])
      await addToTimeline(own, id, { at: onset + minutes * 60_000, kind: "note", text: clean(`after ${minutes} min`) });
    await using pages = await servePages(own, { now: () => onset + 3_600_000 });
    await using tab = await open({ timezoneId: "UTC" }, pages.url);
    await tab.page.goto(`${pages.url}/incidents/${id}`);
    const timeOf = (words: string) => tab.page.locator(".timeline li", { hasText: words }).locator("time").innerText();
    expect(await timeOf("after 1 min")).toMatch(/^11:51:00\sPM$/);
    expect(await timeOf("after 20 min")).toMatch(/^Nov 15, 2023, 12:10:00\sAM$/);
  });

  test("filters and colours work without any script", async () => {
    await using tab = await open({ javaScriptEnabled: false });
    await tab.page.goto(`${web.url}/incidents`);
    await tab.page.getByLabel("Severity").selectOption("medium");
    await tab.page.getByRole("button", { name: "Show" }).click();
    expect(await tab.page.locator("tbody tr").count()).toBe(1);
    await tab.page.getByRole("button", { name: "Dark" }).click();
    expect(await tab.page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(tab.page.url()).toContain("severity=medium");
  });

  test("Enter in the note decides nothing; the buttons do what they say", async () => {
    const asked: string[] = [];
    const said = async (...parts: string[]) => {
      asked.push(parts.join(" "));
      return { ok: true as const, text: "" };
    };
    await using own = await servePages(db, {
      signIn: { slackLinks: false, sessionHours: 1, proxy: { header: "X-User", addresses: ["127.0.0.1"] } },
      deps: {
        desk: { view: async () => incidentView, remembered: async () => undefined, postmortem: async () => undefined },
      },
      decisions: {
        async approve(planId, _digest, by, note) {
          await said("approve", planId, by.id, note ?? "");
          return { type: "approved" };
        },
        reject: (planId, by, reason) => said("reject", planId, by.id, reason),
        acknowledge: (incidentId) => said("acknowledge", incidentId),
        resolve: (incidentId) => said("resolve", incidentId),
        reopen: (incidentId) => said("reopen", incidentId),
        undo: (planId) => said("undo", planId),
        ...noDoubts,
      },
    });
    await using tab = await open({ extraHTTPHeaders: { "x-user": "ann@example.com" } }, own.url);
    await tab.page.goto(`${own.url}/incidents/7`);
    await tab.page.getByLabel("Note").fill("too risky now");
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("button", { name: "Reject" }).click();
    await tab.page.waitForLoadState();
    expect(asked).toEqual(["reject 11 slack:UANN too risky now"]);
    await tab.page.getByRole("button", { name: "Approve: apply exactly this" }).click();
    await tab.page.getByText("Approved. It is being applied").waitFor();
    expect(asked.at(-1)).toBe("approve 11 slack:UANN ");
    expect(await stumblingBlocks(tab.page)).toEqual([]);
  });

  test("a person signs in by a link, which works once, approves as in Slack, and signs out", async () => {
    const asked: unknown[] = [];
    const decisions: Decisions = {
      async approve(planId, digest, by, note) {
        asked.push({ planId, digest, by: by.id, note });
        return { type: "approved" };
      },
      acknowledge: async (incidentId, by) => ({ ok: true, text: `${by.name} has taken incident ${incidentId}.` }),
      resolve: async () => ({ ok: true, text: "" }),
      reopen: async () => ({ ok: true, text: "" }),
      reject: async () => ({ ok: true, text: "" }),
      undo: async () => ({ ok: true, text: "" }),
      ...noDoubts,
    };
    await using own = await servePages(db, { signIn: { slackLinks: true, sessionHours: 1 }, decisions });
    const link = await makeSignInLink(
      { signer: own.signer, url: own.url, sessions: { keepLink: (kept) => keepLink(db, kept) } },
      "UANN",
    );
    const context: BrowserContext = await browser.newContext();
    const page = await context.newPage();
    expect((await page.goto(`${own.url}/incidents`))?.status()).toBe(401);
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in as Member UANN" }).click();
    await page.getByRole("link", { name: /carts is killed/ }).click();
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText(`Member UANN has taken incident ${id}.`).waitFor();
    expect((await page.goto(link))?.status()).toBe(410);
    await page.goto(`${own.url}/incidents`);
    await page.getByRole("button", { name: "Sign out" }).click();
    expect((await page.goto(`${own.url}/incidents`))?.status()).toBe(401);
    await context.close();
  });
});
