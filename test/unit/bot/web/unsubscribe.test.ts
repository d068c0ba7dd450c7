import { expect, test } from "vitest";
import { unsubscribeUrl } from "../../../../src/bot/web/unsubscribe-routes.ts";
import { leaveMailAlone, mailStateOf, takeMailAgain, wantsMail } from "../../../../src/store/people/mail.ts";
import { servePages } from "../../../support/filled-pages.ts";
import { withDatabase } from "../../../support/postgres.ts";

const ada = "ada+pager@example.com";

const form = { "content-type": "application/x-www-form-urlencoded" };

async function serve(listed: readonly string[] = [ada]) {
  const database = await withDatabase();
  const web = await servePages(database, {
    mail: {
      stateOf: (address) => mailStateOf(database, listed, address),
      leaveAlone: (address) => leaveMailAlone(database, address),
      takeAgain: (address) => takeMailAgain(database, address),
    },
  });
  return {
    url: (address = ada) => unsubscribeUrl(web.signer, web.url, address),
    wanted: async () => (await wantsMail(database, [ada])).length === 1,
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

test("a mailbox's own button ends the mails: one POST, no cookie, no sign-in", async () => {
  await using mail = await serve();
  const answer = await fetch(mail.url(), {
    method: "POST",
    headers: form,
    body: "List-Unsubscribe=One-Click",
  });
  expect(answer.status).toBe(200);
  expect(await mail.wanted()).toBe(false);
});

test("opening the link changes nothing: scanners of mail open every link", async () => {
  await using mail = await serve();
  const page = await (await fetch(mail.url())).text();
  expect(page).toContain(ada);
  expect(page).toContain("Send no more");
  expect(await mail.wanted()).toBe(true);
});

test("who has ended them can have them again, and the page says how it stands", async () => {
  await using mail = await serve();
  const page = async () => await (await fetch(mail.url())).text();
  expect(await page()).toContain("kubemend sends digests and incidents to this address");
  const ended = await fetch(mail.url(), { method: "POST", headers: form, body: "end=yes" });
  expect(await ended.text()).toContain("From now on no mail goes to this address");
  expect(await mail.wanted()).toBe(false);
  expect(await page()).toContain("No mail goes to this address");
  expect(await page()).not.toMatch(/kubemend sends|Send no more/);
  const again = await fetch(mail.url(), { method: "POST", headers: form, body: "again=yes" });
  expect(await again.text()).toContain("Mail goes to this address again");
  expect(await mail.wanted()).toBe(true);
  expect(await page()).toContain("Send no more");
});

test("whom the settings do not name any more is not told that mail is sent there", async () => {
  await using mail = await serve(["ben@example.com"]);
  const page = await (await fetch(mail.url())).text();
  expect(page).toContain("it is not among those that kubemend writes to");
  expect(page).not.toMatch(/name="(end|again)"/);
});

test.each([
  { what: "nothing", body: "" },
  { what: "something else", body: "List-Unsubscribe=yes&end=no" },
])("a scanner that posts $what to whatever it finds ends nothing", async ({ body }) => {
  await using mail = await serve();
  for (const method of ["POST", "GET", "HEAD"])
    await fetch(mail.url(), { method, headers: form, ...(method === "POST" ? { body } : {}) });
  expect(await mail.wanted()).toBe(true);
});

test.each([
  {
    what: "another address under the same signature",
    change: (url: URL) => url.searchParams.set("to", "ben@example.com"),
  },
  { what: "a signature that is made up", change: (url: URL) => url.searchParams.set("sig", "x".repeat(43)) },
  { what: "no signature", change: (url: URL) => url.searchParams.delete("sig") },
])("$what ends nothing", async ({ change }) => {
  await using mail = await serve();
  const url = new URL(mail.url());
  change(url);
  expect((await fetch(url, { method: "POST", headers: form, body: "end=yes" })).status).toBe(404);
  expect(await mail.wanted()).toBe(true);
});
