import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webPortOf } from "../../../../src/app/pages/start-pages.ts";
import type { Desk } from "../../../../src/bot/desk.ts";
import type { FixView } from "../../../../src/bot/incident-view.ts";
import { houseCommands } from "../../../../src/bot/slack/listen/commands-house.ts";
import type { PagesOptions } from "../../../../src/bot/web/page-kit.ts";
import type { Decisions } from "../../../../src/bot/web/pages-port.ts";
import { makeSignInLink } from "../../../../src/bot/web/sign-in-routes.ts";
import { createSigner } from "../../../../src/bot/web/signer.ts";
import { configSchema } from "../../../../src/config/config.ts";
import { keepLink } from "../../../../src/store/people/web-sign-in.ts";
import { fillIncident, type ServedPages, servePages } from "../../../support/filled-pages.ts";
import { incidentView, planView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let db: TestDatabase;
let id: string;

beforeAll(async () => {
  db = await withDatabase();
  id = await fillIncident(db);
});
afterAll(() => db.close());

const links = { slackLinks: true, sessionHours: 1 } as const;
const proxy = { header: "X-Forwarded-Email", addresses: ["127.0.0.0/8"] } as const;

/** A desk that only writes down what it was asked. */
function deskOf() {
  const asked: string[] = [];
  const said = async (...parts: string[]) => {
    asked.push(parts.join(" "));
    return { ok: true as const, text: "done" };
  };
  const decisions: Decisions = {
    async approve(planId, digest, by, note, code) {
      await said("approve", planId, digest, by.id, note ?? "-", code ?? "-");
      return { type: "refused", reason: "plan-changed" };
    },
    reject: (planId, by, reason) => said("reject", planId, by.id, reason),
    undo: (planId, by) => said("undo", planId, by.id),
    acknowledge: (incidentId, by) => said("acknowledge", incidentId, by.id),
    resolve: (incidentId, by) => said("resolve", incidentId, by.id),
    reopen: (incidentId, by) => said("reopen", incidentId, by.id),
    notThisCause: (incidentId, by) => said("not-this-cause", incidentId, by.id),
    async replan(incidentId, recommendationId, _params, by) {
      await said("replan", incidentId, recommendationId, by.id);
      return undefined;
    },
    async replanWith(incidentId, recommendationId, values, by) {
      await said("replan", incidentId, recommendationId, JSON.stringify(values), by.id);
      return { ok: false, text: "No plan was made: memory: An amount such as 512Mi." };
    },
  };
  return { asked, decisions };
}

const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: "manual" });
const post = (web: ServedPages, path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(web.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { origin: web.url, ...headers },
    body: new URLSearchParams(form),
  });

const linkFor = (web: ServedPages, user: string) =>
  makeSignInLink({ signer: web.signer, url: web.url, sessions: { keepLink: (link) => keepLink(db, link) } }, user);

const tokenOf = (link: string) => new URL(link).searchParams.get("token") ?? "";
const cookieFrom = (answer: Response) => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

async function signedIn(web: ServedPages, user = "UANN"): Promise<{ cookie: string; csrf: string }> {
  const cookie = cookieFrom(await post(web, "/sign-in", { token: tokenOf(await linkFor(web, user)) }));
  const html = await (await get(`${web.url}/incidents`, { cookie })).text();
  return { cookie, csrf: /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "" };
}

describe("who may read", () => {
  test.each<[string, Partial<PagesOptions>, Record<string, string | string[]>, number]>([
    ["without a sign-in: this machine may", {}, {}, 200],
    [
      "behind a proxy: nobody who is named twice, which Node would join into another name",
      { signIn: { ...links, slackLinks: false, proxy } },
      { "x-forwarded-email": ["eve", "ann@example.com"] },
      403,
    ],
    ["without a sign-in: not by another name of it (DNS rebinding)", {}, { host: "evil.example" }, 403],
    ["without a sign-in: not through a proxy on this machine", {}, { "x-forwarded-for": "203.0.113.9" }, 403],
    ["without a sign-in: not through one that says less", {}, { via: "1.1 gate" }, 403],
    ["with links: not even this machine without one", { signIn: links }, {}, 401],
    ["with links: no cookie of our own making", { signIn: links }, { cookie: "kubemend_session=a.b" }, 401],
    [
      "with links: a proxy's word counts for nothing",
      { signIn: links },
      { "x-forwarded-email": "ann@example.com" },
      401,
    ],
    [
      "behind a proxy: whom it names",
      { signIn: { ...links, slackLinks: false, proxy } },
      { "x-forwarded-email": "ann@example.com" },
      200,
    ],
    ["behind a proxy: nobody it does not name", { signIn: { ...links, slackLinks: false, proxy } }, {}, 401],
    [
      "behind a proxy: nothing that is no name",
      { signIn: { ...links, slackLinks: false, proxy } },
      { "x-forwarded-email": "" },
      403,
    ],
    [
      "behind a proxy: the header of others is refused, not ignored",
      { signIn: { ...links, proxy: { header: "X-Forwarded-Email", addresses: ["10.0.0.0/8", "fd00::/8"] } } },
      { "x-forwarded-email": "ann@example.com" },
      403,
    ],
  ])("%s", async (_name, options, headers, status) => {
    await using web = await servePages(db, options);
    // fetch does not let a caller choose the Host header.
    const { request } = await import("node:http");
    const got = await new Promise<number>((resolve, reject) => {
      request(`${web.url}/incidents`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
    expect(got).toBe(status);
  });
});

describe("the link from Slack", () => {
  test("opening it asks, pressing signs in, and then it is used up", async () => {
    await using web = await servePages(db, { signIn: links });
    const link = await linkFor(web, "UANN");
    // Previews open links too, more than once.
    for (let i = 0; i < 3; i++) expect(await (await get(link)).text()).toContain("Sign in as Member UANN");
    const first = await post(web, "/sign-in", { token: tokenOf(link) });
    expect(first.status).toBe(303);
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^kubemend_session=[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=3600$/);
    expect((await post(web, "/sign-in", { token: tokenOf(link) })).status).toBe(410);
    expect((await get(`${web.url}/incidents`, { cookie: cookieFrom(first) })).status).toBe(200);
  });

  test("of twenty who press at once, one is signed in", async () => {
    await using web = await servePages(db, { signIn: links });
    const token = tokenOf(await linkFor(web, "UANN"));
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(web, "/sign-in", { token })));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  test("it ends by the database's clock, as does the session", async () => {
    await using web = await servePages(db, { signIn: links });
    const { cookie } = await signedIn(web);
    const link = await linkFor(web, "UANN");
    await db.pool.query("update web_link set expires_at = now() - interval '1 second'");
    expect((await get(link)).status).toBe(410);
    expect((await post(web, "/sign-in", { token: tokenOf(link) })).status).toBe(410);
    await db.pool.query("update web_session set expires_at = now() - interval '1 second'");
    expect((await get(`${web.url}/incidents`, { cookie })).status).toBe(401);
  });

  test("neither links nor sessions can be made from what is in the database", async () => {
    await using web = await servePages(db, { signIn: links });
    await linkFor(web, "UANN");
    const { cookie } = await signedIn(web);
    const { rows } = await db.pool.query(
      "select id_hash as hash from web_session union select token_hash from web_link",
    );
    for (const { hash } of rows) {
      expect((await get(`${web.url}/incidents`, { cookie: `kubemend_session=${hash}` })).status).toBe(401);
      expect(cookie).not.toContain(hash);
    }
    const other = createSigner("another key that is long enough to be one").issue("session");
    expect((await get(`${web.url}/incidents`, { cookie: `kubemend_session=${other}` })).status).toBe(401);
    // A link's signature does not make a session.
    const link = tokenOf(await linkFor(web, "UANN"));
    expect((await get(`${web.url}/incidents`, { cookie: `kubemend_session=${link}` })).status).toBe(401);
  });

  test("/incident web gives it to nobody but the one who asks, and only where it is set up", async () => {
    const config = (web: object) => configSchema.parse({ web });
    const ask = async (port: ReturnType<typeof webPortOf>, by = "slack:UANN") => {
      const desk = { ...(port ? { web: port } : {}) } as unknown as Desk;
      return await houseCommands["web"]?.run([], { desk, by: { id: by, name: "Ann" }, now: 0, timeZone: "UTC" });
    };
    await using web = await servePages(db, { signIn: links });
    const port = webPortOf({ config: config({ url: web.url, signIn: { slackLinks: true } }), database: db });
    const answer = await ask(port);
    expect(answer?.personal).toBe(true);
    const link = /<([^|]+)\|/.exec(JSON.stringify(answer?.blocks))?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect((await post(web, "/sign-in", { token: tokenOf(link) })).status).toBe(303);
    expect((await ask(port, "mail:ann@example.com"))?.text).toContain("not set up");
    expect((await ask(webPortOf({ config: config({}), database: db })))?.text).toContain("not set up");
  });

  test("a guest is told why not", async () => {
    await using web = await servePages(db, { signIn: links });
    const answer = await get(await linkFor(web, "UGUEST"));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("Guests cannot decide");
  });

  test("signing out ends the session, not only the cookie", async () => {
    await using web = await servePages(db, { signIn: links });
    const { cookie, csrf } = await signedIn(web);
    expect((await post(web, "/sign-out", { csrf: "wrong" }, { cookie })).status).toBe(403);
    expect((await post(web, "/sign-out", { csrf }, { cookie })).status).toBe(303);
    expect((await get(`${web.url}/incidents`, { cookie })).status).toBe(401);
  });

  test("over https the cookie goes nowhere else", async () => {
    await using web = await servePages(db, { signIn: links, url: "https://kubemend.example.com" });
    const token = tokenOf(await linkFor(web, "UANN"));
    const answer = await post(web, "/sign-in", { token }, { origin: "https://kubemend.example.com" });
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-kubemend=.*; Secure; /);
    expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
  });
});

describe("decisions in the page", () => {
  test("none without web.approvals, whoever asks", async () => {
    await using web = await servePages(db, { signIn: links });
    const { cookie, csrf } = await signedIn(web);
    for (const act of ["approve", "reject", "undo", "acknowledge", "resolve", "not-this-cause", "replan"])
      expect((await post(web, `/incidents/${id}/${act}`, { csrf }, { cookie })).status).toBe(404);
  });

  test("none on this machine without a sign-in: nobody is known", async () => {
    const { asked, decisions } = deskOf();
    await using web = await servePages(db, { decisions });
    const html = await (await get(`${web.url}/incidents/${id}`)).text();
    expect(html).not.toContain("/approve");
    const csrf = web.signer.sign("form", "local");
    expect((await post(web, `/incidents/${id}/acknowledge`, { csrf })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  test("they reach the desk as the same person as in Slack, and its answer is shown once", async () => {
    const { asked, decisions } = deskOf();
    await using web = await servePages(db, { signIn: links, decisions });
    const { cookie, csrf } = await signedIn(web);
    const form = { csrf, plan: "11", digest: "d".repeat(64), note: " looks right ", code: "123 456" };
    const answer = await post(web, `/incidents/${id}/approve`, form, { cookie });
    expect(answer.status).toBe(303);
    expect(asked).toEqual([`approve 11 ${"d".repeat(64)} slack:UANN looks right 123456`]);
    const shown = await get(`${web.url}/incidents/${id}`, { cookie: `${cookie}; ${cookieFrom(answer)}` });
    expect(await shown.text()).toContain("The plan has changed since this button was drawn.");
    expect(shown.headers.get("set-cookie")).toContain("kubemend_note=; ");
  });

  test.each([
    { act: "not-this-cause", form: {}, asked: (own: string) => `not-this-cause ${own} slack:UANN`, says: "done" },
    {
      act: "replan",
      form: { recommendation: "R1" },
      asked: (own: string) => `replan ${own} R1 slack:UANN`,
      says: "This fix is no longer offered",
    },
    {
      act: "replan",
      form: { recommendation: "R1", "param.memory": "lots" },
      asked: (own: string) => `replan ${own} R1 {"memory":"lots"} slack:UANN`,
      says: "No plan was made: memory: An amount such as 512Mi.",
    },
    {
      act: "replan",
      form: { recommendation: "R1", "param.memory": `${"a,".repeat(4_000)}z` },
      asked: (own: string) => `replan ${own} R1 {"memory":"${"a,".repeat(4_000)}z"} slack:UANN`,
      says: "No plan was made: memory: An amount such as 512Mi.",
    },
  ])("$act with $form asks the desk what Slack would ask it", async ({ act, form, asked: wanted, says }) => {
    const { asked, decisions } = deskOf();
    await using web = await servePages(db, { signIn: links, decisions });
    const { cookie, csrf } = await signedIn(web);
    const answer = await post(web, `/incidents/${id}/${act}`, { csrf, ...form }, { cookie });
    expect(answer.status).toBe(303);
    expect(asked).toEqual([wanted(id)]);
    const page = await get(`${web.url}/incidents/${id}`, { cookie: `${cookie}; ${cookieFrom(answer)}` });
    expect(await page.text()).toContain(says);
  });

  test.each([
    { state: "expired", has: ["Plan it again"], not: ["Approve: apply", "One-time code"] },
    { state: "proposed", has: ["Approve: apply", "One-time code"], not: ["Plan it again"] },
    { state: "needs-input", has: ['name="param.memory"', "Plan it: nothing is applied yet"], not: ["Plan it again"] },
  ] as const)("a fix that is $state offers what makes sense now", async ({ state, has, not }) => {
    const fixes = incidentView.fixes.map((fix): FixView => {
      if (state !== "needs-input")
        return { ...fix, plan: { ...planView, plan: { ...planView.plan, state, secondFactor: true } } };
      const needs = [{ name: "memory", why: "nothing says how much it needs" }];
      const { recommendation } = fix;
      return {
        recommendation: { ...recommendation, needs },
        refusal: { reason: "needs-input", detail: "How much memory does it need?" },
      };
    });
    const view = { ...incidentView, fixes };
    await using web = await servePages(db, {
      signIn: links,
      decisions: deskOf().decisions,
      deps: { desk: { view: async () => view, remembered: async () => undefined, postmortem: async () => undefined } },
    });
    const { cookie } = await signedIn(web);
    const html = await (await get(`${web.url}/incidents/7`, { cookie })).text();
    for (const one of [...has, "Not this cause?"]) expect(html).toContain(one);
    for (const one of not) expect(html).not.toContain(one);
  });

  test("a rejection needs its reason", async () => {
    const { asked, decisions } = deskOf();
    await using web = await servePages(db, { signIn: links, decisions });
    const { cookie, csrf } = await signedIn(web);
    await post(web, `/incidents/${id}/reject`, { csrf, plan: "11" }, { cookie });
    await post(web, `/incidents/${id}/reject`, { csrf, plan: "11", note: "too risky now" }, { cookie });
    expect(asked).toEqual(["reject 11 slack:UANN too risky now"]);
  });

  test.each<
    [
      string,
      (own: { cookie: string; csrf: string }) => { form: Record<string, string>; headers: Record<string, string> },
      number,
    ]
  >([
    ["without the form's token", ({ cookie }) => ({ form: {}, headers: { cookie } }), 403],
    ["with somebody else's token", ({ cookie }) => ({ form: { csrf: "x".repeat(43) }, headers: { cookie } }), 403],
    [
      "from another page",
      ({ cookie, csrf }) => ({ form: { csrf }, headers: { cookie, origin: "https://evil.example" } }),
      403,
    ],
    ["from a sandboxed frame", ({ cookie, csrf }) => ({ form: { csrf }, headers: { cookie, origin: "null" } }), 403],
    ["without a session", ({ csrf }) => ({ form: { csrf }, headers: {} }), 401],
  ])("%s nothing is decided", async (_name, make, status) => {
    const { asked, decisions } = deskOf();
    await using web = await servePages(db, { signIn: links, decisions });
    const { form, headers } = make(await signedIn(web));
    expect((await post(web, `/incidents/${id}/acknowledge`, form, headers)).status).toBe(status);
    expect(asked).toEqual([]);
  });

  test("a proxy's user is the Slack member with that address; who is none decides nothing", async () => {
    const { asked, decisions } = deskOf();
    await using web = await servePages(db, { signIn: { ...links, slackLinks: false, proxy }, decisions });
    const act = async (user: string) => {
      const headers = { "x-forwarded-email": user };
      const csrf = web.signer.sign("form", `proxied ${user}`);
      return (await post(web, `/incidents/${id}/acknowledge`, { csrf }, headers)).status;
    };
    expect(await act("Ann@example.com")).toBe(303);
    expect(await act("bob@example.com")).toBe(403);
    expect(await act("bob")).toBe(403);
    expect(asked).toEqual([`acknowledge ${id} slack:UANN`]);
  });
});
