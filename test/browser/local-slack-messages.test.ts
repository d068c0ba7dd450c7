import { describe, expect, test } from "vitest";
import { everyBlock } from "./local-slack/sample-blocks.ts";
import { button, channel, chromiumPath, oncall, usePage, whyNoChromium } from "./local-slack/use-page.ts";

describe.skipIf(chromiumPath === undefined)(`messages on the local Slack page ${whyNoChromium}`, () => {
  const on = usePage();

  test("shows every block, and pressing Approve changes the message in place", async () => {
    const ts = await on.post(everyBlock(on.fileId));
    const message = on.row(ts);
    await message.getByRole("heading", { name: "orders: requests time out" }).waitFor();
    expect(await message.locator("h2").first().innerText()).toContain("\u{1F6A8}");
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

  test("mrkdwn is read as Slack reads it", async () => {
    for (const { text, html } of [
      { text: "*bold* _it_ ~no~ `*code*`", html: "<b>bold</b> <i>it</i> <s>no</s> <code>*code*</code>" },
      {
        text: "*bold _and it_* 2*3*4 snake_case_name a~b~c",
        html: "<b>bold <i>and it</i></b> 2*3*4 snake_case_name a~b~c",
      },
      { text: "* not* *not * _ no_", html: "* not* *not * _ no_" },
      { text: "&lt;b&gt; &amp;amp; at 12:30:45", html: "&lt;b&gt; &amp;amp; at 12:30:45" },
      { text: "one\n> two\n&gt; three\nfour", html: "one<blockquote>two\nthree</blockquote>four" },
      { text: "a ```x *y*\n  &lt;z&gt;``` b", html: 'a <pre class="code-block">x *y*\n  &lt;z&gt;</pre> b' },
      {
        text: "<!here> <#C0LOCALOPS1>",
        html: '<span class="mention broadcast">@here</span> <a class="mention" href="#/C0LOCALOPS1">#ops</a>',
      },
      { text: "<!date^notatime^{date}|never> :nope:", html: '<time title="never">never</time> :nope:' },
    ]) {
      const ts = await on.post([], text);
      await expect.poll(() => on.row(ts).locator(".text").innerHTML(), { message: text }).toBe(html);
    }
  });

  test("a bare address is a link without the full stop after it", async () => {
    const ts = await on.post([], "See https://example.com/a?b=1&amp;c=2. Done");
    const link = on.row(ts).getByRole("link", { name: "https://example.com/a?b=1&c=2", exact: true });
    expect(await link.getAttribute("href")).toBe("https://example.com/a?b=1&c=2");
    expect(await link.getAttribute("rel")).toContain("noopener");
  });

  test("an address in a text that is sent as it is stays text", async () => {
    const text = { type: "mrkdwn", text: 'Get "http://10.0.0.7:9090/healthz" *failed*', verbatim: true };
    const ts = await on.post([{ type: "section", text }]);
    await on.row(ts).getByText('Get "http://10.0.0.7:9090/healthz" failed').waitFor();
    expect(await on.row(ts).locator(".block").getByRole("link").count()).toBe(0);
  });

  test("what is posted while the page connects is shown", async () => {
    let connects: () => void = () => undefined;
    const posted = new Promise<void>((resolve) => {
      connects = resolve;
    });
    // The stream is asked for at once and reaches the server only when the message has been posted.
    await on.page.route("**/ui/stream*", async (route) => {
      await posted;
      await route.continue();
    });
    const asked = on.page.waitForRequest("**/ui/stream*");
    await on.page.reload();
    await asked;
    // Time for a page that does not wait for its stream to load the messages.
    await on.page.waitForTimeout(500);
    const ts = await on.post([], "while it connects");
    connects();
    await on.row(ts).getByText("while it connects").waitFor();
  });

  test("how long ago something was goes on while somebody looks, and is read aloud once", async () => {
    // The page's clock stands, however long a busy machine takes.
    const now = new Date("2026-11-20T22:00:00Z");
    await on.page.clock.install({ time: now });
    await on.page.reload();
    await on.page.clock.pauseAt(new Date(now.getTime() + 3_600_000));
    const at = now.getTime() / 1_000 + 3_600 - 30;
    const ts = await on.post([], `since <!date^${at}^{ago}|then>`);
    const time = on.row(ts).getByText("just now");
    await time.waitFor();
    expect(await on.row(ts).locator(".text time").getAttribute("aria-live")).toBe("off");
    await on.page.clock.fastForward(60_000);
    await on.row(ts).getByText("since 1 minute ago").waitFor();
    await on.page.clock.fastForward(3_600_000);
    await on.row(ts).getByText("since 1 hour ago").waitFor();
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
    const ts = await on.post(blocks("Before"));
    await on.row(ts).getByLabel("Why").pressSequentially("half a sen");
    await on.bot.app.client.chat.update({ channel, ts, text: "x", blocks: blocks("After") });
    await on.row(ts).getByRole("heading", { name: "After" }).waitFor();
    await on.page.keyboard.type("tence");
    expect(await on.row(ts).getByLabel("Why").inputValue()).toBe("half a sentence");
  });

  test("a press is a click, also when the message is edited and others come before the release", async () => {
    const { chat } = on.bot.app.client;
    const ts = await on.post([], "pods are killed");
    await chat.postMessage({ channel, thread_ts: ts, text: "seen by two" });
    await on.row(ts).getByText("1 reply").hover();
    await on.page.mouse.down();
    await chat.update({ channel, ts, text: "pods are killed no more" });
    // Told on the same stream as the edit and after it, outside of the list.
    await chat.postMessage({ channel: "C0LOCALOPS1", text: "elsewhere" });
    await on.page.getByRole("link", { name: /ops/ }).getByText("1").waitFor();
    const later = await on.post([], "another one");
    await on.page.mouse.up();
    await on.page
      .getByRole("complementary", { name: /Thread in/ })
      .getByText("seen by two")
      .waitFor();
    await on.row(later).waitFor();
    await on.row(ts).getByText("no more").waitFor();
  });

  test("hostile text stays text", async () => {
    for (const text of [
      "<script>window.hacked = 1</script>",
      '<img src=x onerror="window.hacked=1">',
      "<javascript:window.hacked=1|click me>",
      '<https://example.com/"onmouseover=window.hacked=1|x>',
      "`<b>` *bold <i>* _&lt;u&gt;_ <!channel> <@U0NOBODY000|x><!date^x^{date}^javascript:1|now>",
      "\u202egnp.exe \u0000 \u{1F600} ```</pre><script>window.hacked=1</script>```",
    ]) {
      const blocks = [
        { type: "header", text: { type: "plain_text", text: text.slice(0, 150) } },
        { type: "section", text: { type: "mrkdwn", text }, fields: [{ type: "plain_text", text }] },
        { type: "markdown", text },
        { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] },
        button(text.slice(0, 75), "deaf"),
      ];
      const ts = await on.post(blocks, text);
      on.slack.say(channel, text, oncall);
      await on.row(ts).getByRole("button").first().waitFor();
      expect(await on.page.evaluate("window.hacked"), text).toBeUndefined();
      const made = on.row(ts).locator("script, img, [onerror], [onmouseover], a[href^='javascript']");
      expect(await made.count(), text).toBe(0);
      expect(await on.row(ts).locator(".block-header h2").innerText()).toContain(text.slice(0, 5).trim());
    }
  });

  test("the newest message stays in sight while images load, until the reader scrolls up", async () => {
    for (let i = 0; i < 3; i += 1) await on.post(everyBlock(on.fileId));
    const last = await on.post([], "the newest");
    await on.open({ width: 1280, height: 600 });
    const scroller = on.page.locator(".conversation .scroller");
    const fromBottom = () =>
      scroller.evaluate((node) => Number(Reflect.get(node, "scrollHeight")) - node.scrollTop - node.clientHeight);
    await expect
      .poll(() =>
        on.page
          .getByRole("img", { name: "Request latency of orders" })
          .last()
          .evaluate((node) => Reflect.get(node, "naturalWidth")),
      )
      .toBe(400);
    await on.row(last).waitFor();
    await expect.poll(fromBottom).toBeLessThan(2);
    await scroller.evaluate((node) => node.scrollBy(0, -900));
    await expect.poll(fromBottom).toBeGreaterThan(800);
    await on.row(await on.post([], "even newer")).waitFor({ state: "attached" });
    expect(await fromBottom()).toBeGreaterThan(800);
  });

  test("a picture has its place before it is there: no button moves when it comes", async () => {
    let letThrough = () => {};
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    const ts = await on.post([
      { type: "image", slack_file: { id: on.fileId }, alt_text: "latency" },
      button("Approve", "approve"),
    ]);
    await on.open({ width: 1280, height: 600 });
    await on.page.route("**/files-pri/**", async (route) => {
      await held;
      await route.continue();
    });
    await on.page.reload();
    const approve = on.row(ts).getByRole("button", { name: "Approve" });
    const place = async () => (await approve.boundingBox())?.y;
    await approve.waitFor();
    const before = await place();
    letThrough();
    await on.pictures(ts);
    expect(await place()).toBe(before);
  });

  test("a message higher than the window is shown from its first line, and the reader is not moved while it is edited", async () => {
    await on.open({ width: 1280, height: 600 });
    const ts = await on.post(everyBlock(on.fileId));
    const scroller = () => on.page.locator(".conversation .scroller");
    const below = async () => ((await on.row(ts).boundingBox())?.y ?? -1) - ((await scroller().boundingBox())?.y ?? 0);
    await expect.poll(below).toBeGreaterThan(0);
    expect(await below()).toBeLessThan(80);
    await on.open({ width: 1280, height: 600 });
    await expect.poll(below).toBeGreaterThan(0);
    await scroller().evaluate((node) => node.scrollBy(0, 300));
    const read = await below();
    const more = { type: "section", text: { type: "mrkdwn", text: "There is news." } };
    const blocks = [...everyBlock(on.fileId), more] as never;
    await on.bot.app.client.chat.update({ channel, ts, text: "incident", blocks });
    await on.row(ts).getByText("There is news.").waitFor();
    expect(await below()).toBe(read);
  });
});
