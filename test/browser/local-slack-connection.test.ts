import { describe, expect, test } from "vitest";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { everyBlock } from "./local-slack/sample-blocks.ts";
import { channel, chromiumPath, oncall, usePage, whyNoChromium } from "./local-slack/use-page.ts";

describe.skipIf(chromiumPath === undefined)(
  `the local Slack page on bad networks and small screens ${whyNoChromium}`,
  () => {
    const on = usePage();

    test("what is said while the connection is broken appears when it is back", async () => {
      await on.page.route("**/ui/stream*", (route) => route.abort());
      on.slack.dropConnections();
      await on.page.getByText("Connection lost").waitFor();
      await on.post([], "said meanwhile");
      await on.page.unroute("**/ui/stream*");
      await on.page.getByText("said meanwhile").waitFor();
      await on.page.getByText("Connection lost").waitFor({ state: "hidden" });
      on.forgive(); // the browser reports each failed attempt
    });

    test("what is asked for as the connection comes back may fail too: it is asked for again", async () => {
      let refused = 0;
      await on.page.route("**/ui/workspace*", (route) => (refused++ < 2 ? route.abort() : route.continue()));
      await on.page.route("**/ui/stream*", (route) => route.abort());
      on.slack.dropConnections();
      await on.page.getByText("Connection lost").waitFor();
      await on.post([], "said before it was back");
      await on.page.unroute("**/ui/stream*");
      await on.page.getByText("said before it was back").waitFor();
      await on.page.getByText("Connection lost").waitFor({ state: "hidden" });
      expect(refused).toBeGreaterThan(2);
      await on.page.unroute("**/ui/workspace*");
      on.forgive(); // the browser reports each failed attempt
    });

    test("the page follows a restart of the server by itself", async () => {
      const first = await startLocalSlack();
      await on.page.goto(first.url);
      await on.page.getByRole("textbox", { name: "Message #incidents" }).waitFor();
      await first.close();
      await on.page.getByText("Connection lost").waitFor();
      await using second = await startLocalSlack({ port: Number(new URL(first.url).port) });
      second.say(channel, "after the restart", oncall);
      await on.page.getByText("after the restart").waitFor();
      await on.page.goto("about:blank");
      on.forgive(); // the browser reports each failed attempt
    });

    test("a phone shows one thing at a time and nothing wider than the screen", async () => {
      const ts = await on.post(everyBlock(on.fileId));
      await on.bot.app.client.chat.postMessage({ channel, thread_ts: ts, text: "in the thread" });
      await on.open({ width: 390, height: 844 }, { hasTouch: true, isMobile: true });
      const wide =
        "[document.documentElement, ...document.querySelectorAll('.scroller')].filter((node) => node.scrollWidth > node.clientWidth).length";
      const fits = async () => (await on.page.evaluate(wide)) === 0;
      await on.row(ts).getByRole("button", { name: "Approve" }).waitFor();
      expect(await fits()).toBe(true);
      await on.page.getByRole("button", { name: "Open the list of channels" }).tap();
      await on.page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "ops" }).tap();
      await on.page.getByRole("heading", { name: "ops" }).waitFor();
      await on.page.goto(`${on.slack.url}/#/${channel}/${ts}`);
      const thread = on.page.getByRole("complementary");
      await thread.getByText("in the thread").waitFor();
      expect(await on.page.locator(".conversation").isVisible()).toBe(false);
      expect(await fits()).toBe(true);
      await thread.getByRole("link", { name: "Close thread" }).tap();
      await on.row(ts).getByRole("button", { name: "Approve" }).tap();
      await on.row(ts).getByText("Approved by @Incident lead").waitFor();
    });
  },
);
