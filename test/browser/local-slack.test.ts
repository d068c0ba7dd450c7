import { Resvg } from "@resvg/resvg-js";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LocalSlack } from "../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { ensureChromium } from "../support/chromium.ts";
import { type FakeBot, startFakeBot } from "../unit/local-slack/fake-bot.ts";
import { everyBlock, reviewModal } from "./local-slack/sample-blocks.ts";

const lead = "U0LOCALLEAD";
const oncall = "U0LOCALONCL";
const channel = "C0LOCALINCI";
const { path: executablePath, why } = ensureChromium();

describe.skipIf(executablePath === undefined)(`the local Slack page ${why}`, () => {
  let slack: LocalSlack;
  let bot: FakeBot;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let fileId: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    slack = await startLocalSlack({
      ackDeadlineMs: 500,
      commands: [{ command: "/incident", description: "Incidents", usage_hint: "list" }],
      shortcuts: [{ callback_id: "declare", name: "Declare incident from this", type: "message" }],
    });
    bot = await startFakeBot(slack);
    behave();
    fileId = await uploadChart();
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox", "--headless"] });
  });
  afterAll(async () => {
    await browser?.close();
    await bot?.close();
    await slack?.close();
  });

  beforeEach(() => open({ width: 1280, height: 900 }));
  afterEach(async () => {
    await context.close();
    // A refused script or style, or an error of ours, would show here and nowhere else.
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(viewport: { width: number; height: number }, options: object = {}): Promise<void> {
    await context?.close();
    context = await browser.newContext({ viewport, ...options });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(slack.url);
    await page.getByRole("textbox", { name: "Message #incidents" }).waitFor();
  }

  /** What the bot does when people press things. */
  function behave(): void {
    const { app } = bot;
    app.action("approve", async ({ ack, body, client }) => {
      await ack();
      const ts = "message" in body ? (body.message?.ts ?? "") : "";
      const blocks = [
        { type: "section", text: { type: "mrkdwn", text: `:white_check_mark: Approved by <@${body.user.id}>` } },
      ];
      await client.chat.update({ channel, ts, text: "approved", blocks });
    });
    app.action("review", async ({ ack, body, client }) => {
      await ack();
      await client.views.open({ trigger_id: "trigger_id" in body ? body.trigger_id : "", view: reviewModal() });
    });
    app.action("reject", async ({ ack, respond }) => {
      await ack();
      await respond({ text: "Rejected, and only you know." });
    });
    app.action("size", async ({ ack, action, respond }) => {
      await ack();
      await respond({ text: `Chosen: ${"selected_option" in action ? action.selected_option?.value : ""}` });
    });
    app.action("deaf", () => Promise.resolve());
    app.view("review", async ({ ack, view, client, body }) => {
      const values = view.state.values;
      if (values["replicas"]?.["count"]?.value === "9")
        return await ack({ response_action: "errors", errors: { replicas: "The node has room for 4." } });
      await ack();
      const text = `Submitted by <@${body.user.id}>: ${values["note"]?.["text"]?.value} / ${values["reason"]?.["why"]?.selected_option?.value}`;
      await client.chat.postMessage({ channel, text });
    });
    app.view({ callback_id: "review", type: "view_closed" }, async ({ ack, body, client }) => {
      await ack();
      await client.chat.postEphemeral({ channel, user: body.user.id, text: "You closed the review." });
    });
    app.command("/incident", async ({ ack, command }) => await ack(`*1 open incident* for \`${command.text}\``));
    app.shortcut("declare", async ({ ack, respond }) => {
      await ack();
      await respond({ text: "Declared." });
    });
    app.event("app_mention", async ({ event, client }) => {
      await client.chat.postMessage({
        channel: event.channel,
        thread_ts: event.thread_ts ?? event.ts,
        text: "Because of the CPU limit.",
      });
    });
    app.event("app_home_opened", async ({ event, client }) => {
      const blocks = [{ type: "header", text: { type: "plain_text", text: `Home of ${event.user}` } }];
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks } as never });
    });
  }

  async function uploadChart(): Promise<string> {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100"><path d="M0 90 200 80 220 20 400 25" stroke="red" fill="none"/></svg>';
    const file = Buffer.from(new Resvg(svg).render().asPng());
    const result = await bot.app.client.filesUploadV2({ file, filename: "latency.png", title: "Latency" });
    return (result as unknown as { files: { files: { id: string }[] }[] }).files[0]?.files[0]?.id ?? "";
  }

  const post = async (blocks: readonly object[] = [], text = "incident") =>
    (
      await bot.app.client.chat.postMessage({
        channel,
        text,
        ...(blocks.length > 0 ? { blocks: blocks as never } : {}),
      })
    ).ts ?? "";
  const row = (ts: string) => page.locator(`main .conversation article[data-ts="${ts}"]`);
  const button = (text: string, actionId: string) => ({
    type: "actions",
    elements: [{ type: "button", action_id: actionId, text: { type: "plain_text", text } }],
  });

  test("shows every block, and pressing Approve changes the message in place", async () => {
    const ts = await post(everyBlock(fileId));
    const message = row(ts);
    await message.getByRole("heading", { name: "orders: requests time out" }).waitFor();
    expect(await message.locator("h3").first().innerText()).toContain("\u{1F6A8}");
    expect(await message.getByRole("link", { name: "the runbook" }).getAttribute("href")).toBe(
      "https://example.com/runbook",
    );
    expect(await message.getByText("@On-call engineer").count()).toBe(1);
    expect(await message.locator("pre").first().innerText()).toBe("-  cpu: 500m\n+  cpu: 100m");
    const image = message.getByRole("img", { name: "Request latency of orders" });
    await expect.poll(() => image.evaluate((node) => Reflect.get(node, "naturalWidth"))).toBe(400);
    expect(
      (await message.getByText("A markdown block").count()) + (await message.locator(".unsupported").count()),
    ).toBe(0);
    await message.getByRole("button", { name: "Approve" }).click();
    await message.getByText("Approved by @Incident lead").waitFor();
    expect(await message.getByText("(edited)").count()).toBe(1);
    expect(await message.getByRole("button", { name: "Approve" }).count()).toBe(0);
  });

  test("a confirm dialog is asked first, and the answer is for this person only", async () => {
    const ts = await post(everyBlock(fileId));
    await row(ts).getByRole("button", { name: "Reject" }).click();
    const dialog = page.getByRole("dialog", { name: "Reject this fix?" });
    await dialog.getByRole("button", { name: "Back" }).click();
    await row(ts).getByRole("button", { name: "Reject" }).click();
    await page.keyboard.press("Escape");
    expect(slack.ephemerals()).toEqual([]);
    await row(ts).getByRole("button", { name: "Reject" }).click();
    await dialog.getByRole("button", { name: "Yes, reject" }).click();
    await page.getByText("Rejected, and only you know.").waitFor();
    expect(await page.getByText("Only visible to you").count()).toBe(1);
  });

  test("a modal: required fields, the bot's errors, then a submission with what was typed", async () => {
    const ts = await post([button("Review", "review")]);
    await row(ts).getByRole("button", { name: "Review" }).click();
    const dialog = page.getByRole("dialog", { name: "Review the fix" });
    await dialog.getByLabel("Note").fill("looks <b>right</b>");
    await dialog.getByRole("button", { name: "Approve" }).click();
    await dialog.getByText("Please complete this required field.").waitFor();
    await dialog.getByLabel("Reason").selectOption("clear");
    await dialog.getByLabel("Replicas").fill("9");
    await dialog.getByRole("button", { name: "Approve" }).click();
    await dialog.getByText("The node has room for 4.").waitFor();
    expect(await dialog.getByLabel("Note").inputValue()).toBe("looks <b>right</b>");
    await dialog.getByLabel("Replicas").fill("4");
    await dialog.getByLabel("Replicas").press("Enter");
    await page.getByText("Submitted by @Incident lead: looks <b>right</b> / clear").waitFor();
    expect(await dialog.count()).toBe(0);
  });

  test("Esc closes a modal and the bot hears of it", async () => {
    const ts = await post([button("Review", "review")]);
    await row(ts).getByRole("button", { name: "Review" }).click();
    await page.getByRole("dialog").getByLabel("Note").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("You closed the review.").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(slack.views()).toEqual([]);
  });

  test("slash commands are typed in the message box; unknown ones get an answer too", async () => {
    const box = page.getByRole("textbox", { name: "Message #incidents" });
    await box.pressSequentially("/inc");
    await page.getByRole("option", { name: "/incident" }).waitFor();
    await box.press("Tab");
    await box.pressSequentially("list");
    await box.press("Enter");
    await page.getByText("1 open incident for list").waitFor();
    await box.fill("/nonsense now");
    await box.press("Enter");
    await page.getByText("/nonsense is not a valid command.").waitFor();
    expect(slack.messages(channel).some(({ text }) => String(text).includes("nonsense"))).toBe(false);
  });

  test("a mention starts a thread that is read and answered in the side panel", async () => {
    const box = page.getByRole("textbox", { name: "Message #incidents" });
    await box.pressSequentially("why is it slow, @kube");
    await page.getByRole("option", { name: "@kubemend" }).click();
    await box.press("Enter");
    await page
      .getByRole("link", { name: /1 reply/ })
      .last()
      .click();
    const thread = page.getByRole("complementary", { name: "Thread in #incidents" });
    await thread.getByText("Because of the CPU limit.").waitFor();
    await thread.getByRole("textbox", { name: "Reply" }).fill("thanks");
    await thread.getByRole("textbox", { name: "Reply" }).press("Enter");
    await thread.getByText("2 replies").waitFor();
    await page.keyboard.press("Escape");
    await thread.waitFor({ state: "detached" });
  });

  test("acting as somebody else changes who clicks and what is seen", async () => {
    await bot.app.client.chat.postEphemeral({ channel, user: lead, text: "secret for the lead" });
    const ts = await post([button("Approve", "approve")]);
    await page.getByText("secret for the lead").waitFor();
    await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "On-call engineer" });
    await row(ts).getByRole("button", { name: "Approve" }).waitFor();
    await expect.poll(() => page.getByText("secret for the lead").count()).toBe(0);
    await row(ts).getByRole("button", { name: "Approve" }).waitFor();
    expect(await page.getByText("secret for the lead").count()).toBe(0);
    await row(ts).getByRole("button", { name: "Approve" }).click();
    await row(ts).getByText("Approved by @On-call engineer").waitFor();
    await page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "Partner of another workspace" });
    await expect
      .poll(() => page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "ops" }).count())
      .toBe(0);
  });

  test("reactions, menus and message shortcuts work from a message", async () => {
    const select = {
      type: "static_select",
      action_id: "size",
      placeholder: { type: "plain_text", text: "Size" },
      options: [{ text: { type: "plain_text", text: "Big" }, value: "big" }],
    };
    const ts = await post([{ type: "actions", elements: [select] }]);
    await row(ts).getByRole("combobox", { name: "Size" }).selectOption("big");
    await page.getByText("Chosen: big").waitFor();
    await row(ts).hover();
    await row(ts).getByRole("button", { name: "Add reaction" }).click();
    await page.getByRole("menuitem", { name: "eyes" }).click();
    await row(ts).getByRole("button", { name: "eyes, 1" }).click();
    await expect.poll(() => row(ts).getByRole("button", { name: /eyes/ }).count()).toBe(0);
    await row(ts).hover();
    await row(ts).getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: /Declare incident/ }).click();
    await page.getByText("Declared.").waitFor();
  });

  test("a bot that does not answer is said to have timed out, and the button can be pressed again", async () => {
    const ts = await post([button("Hello?", "deaf")]);
    await row(ts).getByRole("button", { name: "Hello?" }).click();
    await page.getByRole("alert").getByText("did not respond in time (operation_timeout)").waitFor();
    expect(await row(ts).getByRole("button", { name: "Hello?" }).getAttribute("aria-busy")).toBeNull();
  });

  test("the home shows what the bot publishes for this person", async () => {
    await page.getByRole("link", { name: "kubemend home" }).click();
    await page.getByRole("heading", { name: `Home of ${lead}` }).waitFor();
  });

  test("an edit while somebody types elsewhere in the message keeps what they typed", async () => {
    const blocks = (label: string) => [
      { type: "header", text: { type: "plain_text", text: label } },
      {
        type: "input",
        block_id: "why",
        label: { type: "plain_text", text: "Why" },
        element: { type: "plain_text_input", action_id: "text" },
      },
    ];
    const ts = await post(blocks("Before"));
    await row(ts).getByLabel("Why").pressSequentially("half a sen");
    await bot.app.client.chat.update({ channel, ts, text: "x", blocks: blocks("After") as never });
    await row(ts).getByRole("heading", { name: "After" }).waitFor();
    await page.keyboard.type("tence");
    expect(await row(ts).getByLabel("Why").inputValue()).toBe("half a sentence");
  });

  test.each([
    "<script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked=1">',
    "<javascript:window.hacked=1|click me>",
    '<https://example.com/"onmouseover=window.hacked=1|x>',
    "`<b>` *bold <i>* _&lt;u&gt;_ <!channel> <@U0NOBODY000|x><!date^x^{date}^javascript:1|now>",
    "\u202egnp.exe \u0000 \u{1F600} ```</pre><script>window.hacked=1</script>```",
  ])("hostile text stays text: %s", async (text) => {
    const blocks = [
      { type: "header", text: { type: "plain_text", text: text.slice(0, 150) } },
      { type: "section", text: { type: "mrkdwn", text }, fields: [{ type: "plain_text", text }] },
      { type: "markdown", text },
      { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] },
      button(text.slice(0, 75), "deaf"),
    ];
    const ts = await post(blocks, text);
    slack.say(channel, text, oncall);
    await row(ts).getByRole("button").first().waitFor();
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await row(ts).locator("script, img, [onerror], [onmouseover], a[href^='javascript']").count()).toBe(0);
    expect(await row(ts).locator(".block-header h3").innerText()).toContain(text.slice(0, 5).trim());
  });

  test("the newest message stays in sight while images load, until the reader scrolls up", async () => {
    for (let i = 0; i < 3; i += 1) await post(everyBlock(fileId));
    const last = await post([], "the newest");
    await open({ width: 1280, height: 600 });
    const scroller = page.locator(".conversation .scroller");
    const fromBottom = () =>
      scroller.evaluate((node) => Number(Reflect.get(node, "scrollHeight")) - node.scrollTop - node.clientHeight);
    await expect
      .poll(() =>
        page
          .getByRole("img", { name: "Request latency of orders" })
          .last()
          .evaluate((node) => Reflect.get(node, "naturalWidth")),
      )
      .toBe(400);
    await row(last).waitFor();
    await expect.poll(fromBottom).toBeLessThan(2);
    await scroller.evaluate((node) => node.scrollBy(0, -900));
    await expect.poll(fromBottom).toBeGreaterThan(800);
    await row(await post([], "even newer")).waitFor({ state: "attached" });
    expect(await fromBottom()).toBeGreaterThan(800);
  });

  test("what is said while the connection is broken appears when it is back", async () => {
    await page.route("**/ui/stream*", (route) => route.abort());
    slack.dropConnections();
    await page.getByText("Connection lost").waitFor();
    await post([], "said meanwhile");
    await page.unroute("**/ui/stream*");
    await page.getByText("said meanwhile").waitFor();
    await page.getByText("Connection lost").waitFor({ state: "hidden" });
    complaints.length = 0; // the browser reports each failed attempt
  });

  test("the page follows a restart of the server by itself", async () => {
    const first = await startLocalSlack();
    await page.goto(first.url);
    await page.getByRole("textbox", { name: "Message #incidents" }).waitFor();
    await first.close();
    await page.getByText("Connection lost").waitFor();
    await using second = await startLocalSlack({ port: Number(new URL(first.url).port) });
    second.say(channel, "after the restart", oncall);
    await page.getByText("after the restart").waitFor();
    await page.goto("about:blank");
    complaints.length = 0; // the browser reports each failed attempt
  });

  test("a phone shows one thing at a time and nothing wider than the screen", async () => {
    const ts = await post(everyBlock(fileId));
    await bot.app.client.chat.postMessage({ channel, thread_ts: ts, text: "in the thread" });
    await open({ width: 390, height: 844 }, { hasTouch: true, isMobile: true });
    const wide =
      "[document.documentElement, ...document.querySelectorAll('.scroller')].filter((node) => node.scrollWidth > node.clientWidth).length";
    const fits = async () => (await page.evaluate(wide)) === 0;
    await row(ts).getByRole("button", { name: "Approve" }).waitFor();
    expect(await fits()).toBe(true);
    await page.getByRole("button", { name: "Open the list of channels" }).tap();
    await page.getByRole("link", { name: "ops" }).tap();
    await page.getByRole("heading", { name: "ops" }).waitFor();
    await page.goto(`${slack.url}/#/${channel}/${ts}`);
    const thread = page.getByRole("complementary");
    await thread.getByText("in the thread").waitFor();
    expect(await page.locator(".conversation").isVisible()).toBe(false);
    expect(await fits()).toBe(true);
    await thread.getByRole("link", { name: "Close thread" }).tap();
    await row(ts).getByRole("button", { name: "Approve" }).tap();
    await row(ts).getByText("Approved by @Incident lead").waitFor();
  });
});
