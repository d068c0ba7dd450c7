import { expect, test } from "vitest";
import { unsubscribeUrl } from "../../../../src/bot/web/unsubscribe-routes.ts";
import { leaveMailAlone, takeMailAgain, wantsMail } from "../../../../src/store/people/mail.ts";
import { servePages } from "../../../support/filled-pages.ts";
import { withDatabase } from "../../../support/postgres.ts";

const ada = "ada+pager@example.com";

async function serve() {
  const database = await withDatabase();
  const web = await servePages(database, {
    mail: {
      leaveAlone: (address) => leaveMailAlone(database, address),
      takeAgain: (address) => takeMailAgain(database, address),
    },
  });
  return {
    url: (address = ada) => unsubscribeUrl(web.seal, web.url, address),
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
    headers: { "content-type": "application/x-www-form-urlencoded" },
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

test("who has ended them can have them again", async () => {
  await using mail = await serve();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  await fetch(mail.url(), { method: "POST", headers, body: "" });
  expect(await mail.wanted()).toBe(false);
  await fetch(mail.url(), { method: "POST", headers, body: "again=yes" });
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
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  expect((await fetch(url, { method: "POST", headers, body: "" })).status).toBe(404);
  expect(await mail.wanted()).toBe(true);
});
