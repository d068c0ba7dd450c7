import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSignInLink } from "../../../../src/bot/web/sign-in-routes.ts";
import { keepLink } from "../../../../src/store/people/web-sign-in.ts";
import { fillIncident, type ServedPages, servePages } from "../../../support/filled-pages.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let db: TestDatabase;
let id: string;
beforeAll(async () => {
  db = await withDatabase();
  id = await fillIncident(db);
});
afterAll(() => db.close());

const signIn = { slackLinks: true, sessionHours: 1 } as const;
const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: "manual" });
const post = (web: ServedPages, path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(web.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { origin: web.url, ...headers },
    body: new URLSearchParams(form),
  });
const cookieFrom = (answer: Response) => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
async function tokenFor(web: ServedPages, user = "UANN"): Promise<string> {
  const sessions = { keepLink: (link: Parameters<typeof keepLink>[1]) => keepLink(db, link) };
  const link = await makeSignInLink({ signer: web.signer, url: web.url, sessions }, user);
  return new URL(link).searchParams.get("token") ?? "";
}

test("a message that another site has put into a cookie is not shown as ours", async () => {
  await using web = await servePages(db, { signIn });
  const cookie = cookieFrom(await post(web, "/sign-in", { token: await tokenFor(web) }));
  const lie = Buffer.from("Approved. Now call +1 555 to confirm.").toString("base64url");
  for (const forged of [lie, `${lie}.`, `${lie}.${"a".repeat(43)}`, `${lie}.${web.signer.sign("note", lie)}`]) {
    const page = await get(`${web.url}/incidents/${id}`, { cookie: `${cookie}; kubemend_note=${forged}` });
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain("call +1 555");
  }
});

test("who signs in again in one browser has one session: the one before ends", async () => {
  await using web = await servePages(db, { signIn });
  const first = cookieFrom(await post(web, "/sign-in", { token: await tokenFor(web) }));
  const second = cookieFrom(await post(web, "/sign-in", { token: await tokenFor(web, "UBEN") }, { cookie: first }));
  expect(second).not.toBe(first);
  expect((await get(`${web.url}/incidents`, { cookie: first })).status).toBe(401);
  expect((await get(`${web.url}/incidents`, { cookie: second })).status).toBe(200);
});

test("a cookie that somebody has planted becomes no session by signing in", async () => {
  await using web = await servePages(db, { signIn });
  const planted = `kubemend_session=${web.signer.issue("session")}`;
  const own = cookieFrom(await post(web, "/sign-in", { token: await tokenFor(web) }, { cookie: planted }));
  expect(own).not.toBe(planted);
  expect((await get(`${web.url}/incidents`, { cookie: planted })).status).toBe(401);
});

test("strangers who try to sign in keep nobody with a link from it, though all come through one proxy", async () => {
  await using web = await servePages(db, { signIn });
  const token = await tokenFor(web);
  const tries = await Promise.all(Array.from({ length: 60 }, () => post(web, "/sign-in", { token: "made.up" })));
  expect(tries.some(({ status }) => status === 429)).toBe(true);
  expect((await post(web, "/sign-in", { token })).status).toBe(303);
});

test("every route that changes something refuses a form without its token, from elsewhere, and by GET", async () => {
  const decisions = new Proxy({}, { get: () => () => Promise.reject(new Error("the desk was asked")) }) as never;
  let at = 0;
  await using web = await servePages(db, { signIn, decisions, now: () => (at += 60_000) });
  const cookie = cookieFrom(await post(web, "/sign-in", { token: await tokenFor(web) }));
  const acts = ["approve", "reject", "undo", "acknowledge", "resolve", "not-this-cause", "replan"];
  for (const path of ["/sign-out", ...acts.map((act) => `/incidents/${id}/${act}`)]) {
    expect((await post(web, path, {}, { cookie })).status, path).toBe(403);
    expect((await post(web, path, {}, { cookie, origin: "https://evil.example" })).status, path).toBe(403);
    expect((await post(web, path, {}, { cookie, origin: "null" })).status, path).toBe(403);
    expect((await get(web.url + path, { cookie })).status, path).toBe(404);
  }
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "/%0d%0aset-cookie:x=1\r\nx: y",
])("a form that wants to lead to %j leads to the list", async (back) => {
  await using web = await servePages(db, { signIn });
  const answer = await post(web, "/theme", { to: "dark", back });
  const location = answer.headers.get("location") ?? "";
  expect(new URL(location, web.url).origin).toBe(new URL(web.url).origin);
  expect(answer.headers.get("x")).toBeNull();
});

test.each([
  "/assets/..%2f..%2fpackage.json",
  "/assets/%2e%2e/%2e%2e/package.json",
  "/assets/__proto__",
  "/assets/constructor",
  "/assets/kubemend.css%00.js",
  "/assets//etc/passwd",
])("%s is no asset", async (path) => {
  await using web = await servePages(db, { signIn });
  const answer = await get(web.url + path);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await answer.text()).not.toMatch(/"name": "kubemend"|root:/);
});

test("a Host that somebody has made up stands in no link and in no redirect", async () => {
  await using web = await servePages(db, { signIn, url: "https://kubemend.example.com" });
  const { port } = new URL(web.url);
  const { request } = await import("node:http");
  const body = await new Promise<string>((done, failed) =>
    request(
      { port, path: "/incidents", headers: { host: "evil.example", "x-forwarded-host": "evil.example" } },
      (answer) => {
        let text = JSON.stringify(answer.headers);
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => done(text));
      },
    )
      .on("error", failed)
      .end(),
  );
  expect(body).not.toContain("evil.example");
});
