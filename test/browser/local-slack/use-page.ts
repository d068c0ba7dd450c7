import { Resvg } from "@resvg/resvg-js";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { LocalSlack } from "../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";
import { ensureChromium } from "../../support/chromium.ts";
import { type FakeBot, startFakeBot } from "../../unit/local-slack/fake-bot.ts";
import { behave, channel } from "./sample-bot.ts";

export { channel };
export const lead = "U0LOCALLEAD";
export const oncall = "U0LOCALONCL";
const found = ensureChromium();
export const chromiumPath = found.path;
export const whyNoChromium = found.why;

/** What the tests of a file share; the page is a fresh one for every test. */
export interface OnPage {
  slack: LocalSlack;
  bot: FakeBot;
  page: Page;
  /** An uploaded image of 400 by 100. */
  fileId: string;
  /** Posts as the bot. @returns the message's ts */
  post(blocks?: readonly object[], text?: string): Promise<string>;
  /** The row of a message in the channel. */
  row(ts: string): Locator;
  /** Waits until the pictures of a message are there, or cannot be had. */
  pictures(ts: string): Promise<void>;
  /** Opens the page anew, in a window of this size. */
  open(viewport: { width: number; height: number }, options?: object): Promise<void>;
  /** Forgets what the browser complained about; the test caused it. */
  forgive(): void;
}

/** An actions block with one button. */
export function button(text: string, actionId: string): object {
  return { type: "actions", elements: [{ type: "button", action_id: actionId, text: { type: "plain_text", text } }] };
}

/** Starts Slack, a bot and Chromium for a file of tests. Any error in the page's console fails the test. */
export function usePage(): OnPage {
  const complaints: string[] = [];
  let browser: Browser;
  let context: BrowserContext | undefined;
  const on = {
    row: (ts: string) => on.page.locator(`main .conversation article[data-ts="${ts}"]`),
    pictures: async (ts: string) => {
      await on
        .row(ts)
        .locator("img")
        .evaluateAll(async (images) => {
          await Promise.allSettled(
            (images as unknown as { loading: string; decode(): Promise<void> }[]).map((image) => {
              image.loading = "eager";
              return image.decode();
            }),
          );
        });
    },
    post: async (blocks: readonly object[] = [], text = "incident") => {
      const content = blocks.length > 0 ? { blocks: blocks as never } : {};
      return (await on.bot.app.client.chat.postMessage({ channel, text, ...content })).ts ?? "";
    },
    open: async (viewport: { width: number; height: number }, options: object = {}) => {
      await context?.close();
      context = await browser.newContext({ viewport, ...options });
      context.setDefaultTimeout(40_000);
      on.page = await context.newPage();
      on.page.on("pageerror", (error) => complaints.push(error.message));
      on.page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await on.page.goto(on.slack.url);
      await on.page.getByRole("textbox", { name: "Message #incidents" }).waitFor();
    },
    forgive: () => {
      complaints.length = 0;
    },
  } as OnPage;

  beforeAll(async () => {
    on.slack = await startLocalSlack({
      ackDeadlineMs: 500,
      commands: [{ command: "/incident", description: "Incidents", usage_hint: "list" }],
      shortcuts: [{ callback_id: "declare", name: "Declare incident from this", type: "message" }],
    });
    on.bot = await startFakeBot(on.slack);
    behave(on.bot);
    on.fileId = await uploadChart(on.bot);
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox", "--headless"] });
  });
  afterAll(async () => {
    await browser?.close();
    await on.bot?.close();
    await on.slack?.close();
  });
  beforeEach(() => on.open({ width: 1280, height: 900 }));
  afterEach(async () => {
    await context?.close();
    // A refused script or style, or an error of ours, would show here and nowhere else.
    expect(complaints.splice(0)).toEqual([]);
  });
  return on;
}

async function uploadChart(bot: FakeBot): Promise<string> {
  const path = '<path d="M0 90 200 80 220 20 400 25" stroke="red" fill="none"/>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100">${path}</svg>`;
  const file = Buffer.from(new Resvg(svg).render().asPng());
  const result = await bot.app.client.filesUploadV2({ file, filename: "latency.png", title: "Latency" });
  return (result as unknown as { files: { files: { id: string }[] }[] }).files[0]?.files[0]?.id ?? "";
}
