import { describe, expect, test } from "vitest";
import { everyBlock } from "./local-slack/sample-blocks.ts";
import { button, channel, chromiumPath, lead, usePage, whyNoChromium } from "./local-slack/use-page.ts";

describe.skipIf(chromiumPath === undefined)(`what people do on the local Slack page ${whyNoChromium}`, () => {
  const on = usePage();

  test("messages elsewhere are counted and do not close the menu of people", async () => {
    const people = on.page.getByRole("combobox", { name: "Act as" });
    await people.focus();
    await people.evaluate((node) => node.setAttribute("data-same", "yes"));
    await on.bot.app.client.chat.postMessage({ channel: "ops", text: "over here" });
    const list = on.page.getByRole("navigation", { name: "Workspace" });
    await list.getByRole("link", { name: "ops 1 new message" }).waitFor();
    expect(await people.getAttribute("data-same")).toBe("yes");
    await list.getByRole("link", { name: /ops/ }).click();
    await on.page.getByText("over here").waitFor();
    await list.getByRole("link", { name: "ops", exact: true }).waitFor();
  });

  test("a confirm dialog is asked first, and the answer is for this person only", async () => {
    const ts = await on.post(everyBlock(on.fileId));
    // A picture that comes between pressing and letting go moves the button away.
    await on.row(ts).getByRole("button", { name: "Reject" }).scrollIntoViewIfNeeded();
    await on.pictures(ts);
    await on.row(ts).getByRole("button", { name: "Reject" }).click();
    const dialog = on.page.getByRole("dialog", { name: "Reject this fix?" });
    await dialog.getByRole("button", { name: "Back" }).click();
    await on.row(ts).getByRole("button", { name: "Reject" }).click();
    await on.page.keyboard.press("Escape");
    expect(on.slack.ephemerals()).toEqual([]);
    await on.row(ts).getByRole("button", { name: "Reject" }).click();
    await dialog.getByRole("button", { name: "Yes, reject" }).click();
    await on.page.getByText("Rejected, and only you know.").waitFor();
    expect(await on.page.getByText("Only visible to you").count()).toBe(1);
  });

  test("a modal: required fields, the bot's errors, then a submission with what was typed", async () => {
    const ts = await on.post([button("Review", "review")]);
    await on.row(ts).getByRole("button", { name: "Review" }).click();
    const dialog = on.page.getByRole("dialog", { name: "Review the fix" });
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
    await on.page.getByText("Submitted by @Incident lead: looks <b>right</b> / clear").waitFor();
    expect(await dialog.count()).toBe(0);
  });

  test("Esc closes a modal and the bot hears of it", async () => {
    const ts = await on.post([button("Review", "review")]);
    await on.row(ts).getByRole("button", { name: "Review" }).click();
    await on.page.getByRole("dialog").getByLabel("Note").waitFor();
    await on.page.keyboard.press("Escape");
    await on.page.getByText("You closed the review.").waitFor();
    expect(await on.page.getByRole("dialog").count()).toBe(0);
    expect(on.slack.views()).toEqual([]);
  });

  test("slash commands are typed in the message box; unknown ones get an answer too", async () => {
    const box = on.page.getByRole("textbox", { name: "Message #incidents" });
    await box.pressSequentially("/inc");
    await on.page.getByRole("option", { name: "/incident" }).waitFor();
    await box.press("Tab");
    await box.pressSequentially("list");
    await box.press("Enter");
    await on.page.getByText("1 open incident for list").waitFor();
    await box.fill("/nonsense now");
    await box.press("Enter");
    await on.page.getByText("/nonsense is not a valid command.").waitFor();
    expect(on.slack.messages(channel).some(({ text }) => String(text).includes("nonsense"))).toBe(false);
  });

  test("a mention starts a thread that is read and answered in the side panel", async () => {
    const box = on.page.getByRole("textbox", { name: "Message #incidents" });
    await box.pressSequentially("why is it slow, @kube");
    await on.page.getByRole("option", { name: "@kubemend" }).click();
    await box.press("Enter");
    await on.page
      .getByRole("link", { name: /1 reply/ })
      .last()
      .click();
    const thread = on.page.getByRole("complementary", { name: "Thread in #incidents" });
    await thread.getByText("Because of the CPU limit.").waitFor();
    await thread.getByRole("textbox", { name: "Reply" }).fill("thanks");
    await thread.getByRole("textbox", { name: "Reply" }).press("Enter");
    await thread.getByText("2 replies").waitFor();
    await on.page.keyboard.press("Escape");
    await thread.waitFor({ state: "detached" });
  });

  test("acting as somebody else changes who clicks and what is seen", async () => {
    await on.bot.app.client.chat.postEphemeral({ channel, user: lead, text: "secret for the lead" });
    const ts = await on.post([button("Approve", "approve")]);
    await on.page.getByText("secret for the lead").waitFor();
    await on.page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "On-call engineer" });
    await on.row(ts).getByRole("button", { name: "Approve" }).waitFor();
    await expect.poll(() => on.page.getByText("secret for the lead").count()).toBe(0);
    await on.row(ts).getByRole("button", { name: "Approve" }).waitFor();
    expect(await on.page.getByText("secret for the lead").count()).toBe(0);
    await on.row(ts).getByRole("button", { name: "Approve" }).click();
    await on.row(ts).getByText("Approved by @On-call engineer").waitFor();
    await on.page.getByRole("combobox", { name: "Act as" }).selectOption({ label: "Partner of another workspace" });
    await expect
      .poll(() => on.page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "ops" }).count())
      .toBe(0);
  });

  test("reactions, menus and message shortcuts work from a message", async () => {
    const select = {
      type: "static_select",
      action_id: "size",
      placeholder: { type: "plain_text", text: "Size" },
      options: [{ text: { type: "plain_text", text: "Big" }, value: "big" }],
    };
    const ts = await on.post([{ type: "actions", elements: [select] }]);
    await on.row(ts).getByRole("combobox", { name: "Size" }).selectOption("big");
    await on.page.getByText("Chosen: big").waitFor();
    await on.row(ts).hover();
    await on.row(ts).getByRole("button", { name: "Add reaction" }).click();
    await on.page.getByRole("menuitem", { name: "eyes" }).click();
    await on.row(ts).getByRole("button", { name: "eyes, 1" }).click();
    await expect.poll(() => on.row(ts).getByRole("button", { name: /eyes/ }).count()).toBe(0);
    await on.row(ts).hover();
    await on.row(ts).getByRole("button", { name: "More actions" }).click();
    await on.page.getByRole("menuitem", { name: /Declare incident/ }).click();
    await on.page.getByText("Declared.").waitFor();
  });

  test("a bot that does not answer is said to have timed out, and the button can be pressed again", async () => {
    const ts = await on.post([button("Hello?", "deaf")]);
    await on.row(ts).getByRole("button", { name: "Hello?" }).click();
    await on.page.getByRole("alert").getByText("did not respond in time (operation_timeout)").waitFor();
    expect(await on.row(ts).getByRole("button", { name: "Hello?" }).getAttribute("aria-busy")).toBeNull();
  });

  test("the home shows what the bot publishes for this person", async () => {
    await on.page.getByRole("link", { name: "kubemend home" }).click();
    await on.page.getByRole("heading", { name: `Home of ${lead}` }).waitFor();
  });
});
