import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";

const executablePath = process.env["KUBEMEND_CHROMIUM"];
/** Set to a folder to keep pictures of what a person sees. */
const pictures = process.env["KUBEMEND_PICTURES"];
const root = join(import.meta.dirname, "../..");
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const minutes = 60_000;

let browser: Browser;
let demo: ChildProcess;
let address: string;
let told = "";

/** Resolves with what `pattern` finds in the demo's output. */
async function output(pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const found = pattern.exec(told);
    if (found) return found;
    if (demo.exitCode !== null) throw new Error(`the demo ended (${demo.exitCode}):\n${told}`);
    await Promise.race([once(demo.stdout as NodeJS.ReadableStream, "data"), once(demo, "exit")]);
  }
}

/** The incident as the web pages show it; they look at the same rows. */
async function readWeb(name: string, viewport: { width: number; height: number }): Promise<Page> {
  const web = (await output(/Web pages: +(\S+)/))[1] ?? "";
  const page = await browser.newPage({ viewport, colorScheme: "light" });
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  await page.goto(`${web}/incidents`);
  await page.getByRole("link", { name: /carts is killed for exceeding its memory limit/ }).click();
  await page.locator("[data-drawn]").waitFor();
  await page.getByText("Change, checked by a dry run").first().waitFor();
  await page.locator("svg.topology").waitFor();
  expect(await page.locator("#evidence tbody tr").count()).toBeGreaterThan(1);
  // Nobody is known here, so nobody decides.
  expect(await page.getByRole("button", { name: /Approve/ }).count()).toBe(0);
  expect(troubles).toEqual([]);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
  return page;
}

describe.skipIf(!executablePath)("the demo in a browser", () => {
  beforeAll(async () => {
    if (pictures) mkdirSync(pictures, { recursive: true });
    demo = spawn(process.execPath, [join(root, "bin/kubemend"), "demo", "--lead-in", "40"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "" },
    });
    for (const stream of [demo.stdout, demo.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        told += chunk.toString("utf8");
      });
    }
    address = (await output(/Local Slack: (\S+)/))[1] ?? "";
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: quiet });
  }, 2 * minutes);

  afterAll(async () => {
    await browser?.close();
    demo.kill("SIGTERM");
    if (demo.exitCode === null) await once(demo, "exit");
  });

  test(
    "a person sees the incident, reviews the fix, approves it, and sees it resolved",
    async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
      onTestFailed(async () => {
        process.stderr.write(
          `The demo said:\n${told}\nThe page at ${page.url()} shows:\n${await page.innerText("body")}\n`,
        );
      });
      const shoot = async (name: string, height: number, width = 1_280) => {
        if (!pictures) return;
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: join(pictures, `${name}.png`) });
      };
      await page.goto(address);
      const incident = page.getByRole("heading", { name: /carts is killed for exceeding its memory limit/ });
      await incident.waitFor({ timeout: 2 * minutes });
      await page.getByText("almost certain").waitFor();
      // The fixes are planned one after the other; the picture shows all three.
      await page.getByRole("button", { name: "Approve", exact: true }).nth(2).waitFor({ timeout: minutes });
      await page
        .getByText(/ – .*requests? fails?/)
        .first()
        .waitFor({ timeout: minutes });
      await shoot("incident", 1_760);

      await page.getByRole("button", { name: "Silence", exact: true }).click();
      const silence = page.getByRole("dialog");
      await silence.getByLabel("Why").fill("The night's migration runs");
      await silence.getByRole("button", { name: "Preview" }).click();
      await silence.getByText("and would be kept quiet").waitFor({ timeout: minutes });
      expect(await silence.innerText()).toContain("It stays open");
      await shoot("silence", 1_000);
      await silence.getByRole("button", { name: "Cancel" }).click();

      await page.getByRole("link", { name: /kubemend home/ }).click();
      await page.getByText("limits.memory: 34Mi → 128Mi").first().waitFor({ timeout: minutes });
      await shoot("app-home", 840);
      await page.getByRole("link", { name: "incidents", exact: true }).click();

      const onPhone = await readWeb("web-incident-phone", { width: 390, height: 1300 });
      expect(await onPhone.getByText("waits for an approval").count()).toBeGreaterThan(0);
      await onPhone.close();

      await page.getByRole("button", { name: "Review", exact: true }).first().click();
      const review = page.getByRole("dialog");
      await review.getByText("The same by hand").waitFor({ timeout: minutes });
      expect(await review.innerText()).toContain("memory: 128Mi");
      await shoot("review", 1_100);
      await review.getByRole("button", { name: "Submit decision", exact: true }).click();
      await review.getByText("It is being applied").waitFor({ timeout: minutes });
      await review.getByRole("button", { name: "Close" }).first().click();

      await page.getByText("it helped: All symptoms are gone").waitFor({ timeout: 3 * minutes });
      await page.getByText("resolved", { exact: false }).first().waitFor();
      expect(await page.getByRole("heading", { name: /carts is killed/ }).count()).toBe(1);
      expect(await page.getByRole("button", { name: "Approve", exact: true }).count()).toBe(0);
      await page
        .getByRole("article")
        .filter({ has: incident })
        .getByText(/\d+ repl(y|ies)/)
        .click();
      await page.getByText("Approved change").waitFor();
      await shoot("resolved", 1_230, 1_180);
      expect(told).toMatch(/verified +It helped/);

      const after = await readWeb("web-incident", { width: 1180, height: 1500 });
      expect(await after.locator(".marks").innerText()).toContain("fix applied");
      expect(await after.locator("#executions tbody").innerText()).toContain("it helped");
      expect(await after.locator("#audit tbody tr").count()).toBeGreaterThan(3);
      await after.close();
    },
    6 * minutes,
  );
});
