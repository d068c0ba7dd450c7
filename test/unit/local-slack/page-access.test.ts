import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSlack } from "../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";

const lead = "U0LOCALLEAD";
const channel = "C0LOCALINCI";
let slack: LocalSlack;
let cookie: string;
let token: string;
let page: Response;
let html: string;

beforeAll(async () => {
  slack = await startLocalSlack();
  page = await fetch(slack.url);
  html = await page.text();
  cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
  token = /name="page-token" content="([^"]+)"/.exec(html)?.[1] ?? "";
});
afterAll(() => slack.close());

/** A raw request, since fetch sets Host and Origin itself. */
function raw(
  path: string,
  headers: Record<string, string>,
  method = "GET",
  body = "",
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, slack.url), { method, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const say = (headers: Record<string, string>, as = lead) =>
  raw(
    "/ui/say",
    { "content-type": "application/json", ...headers },
    "POST",
    JSON.stringify({ as, channel, text: "hello" }),
  );

test("only loopback addresses are listened on", async () => {
  await expect(startLocalSlack({ host: "0.0.0.0" })).rejects.toThrow("loopback");
});

test("the page carries a strict policy and loads nothing from elsewhere", () => {
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict/);
});

describe("other sites", () => {
  test.each<{ name: string; headers: Record<string, string>; want: number }>([
    { name: "our own host", headers: {}, want: 200 },
    { name: "localhost on our port", headers: { host: "localhost:PORT" }, want: 200 },
    { name: "a name rebound to this machine", headers: { host: "evil.example:PORT" }, want: 403 },
    { name: "another port", headers: { host: "127.0.0.1:1" }, want: 403 },
    { name: "a script of another site", headers: { origin: "https://evil.example" }, want: 403 },
    { name: "a page of another local server", headers: { origin: "http://127.0.0.1:1" }, want: 403 },
    { name: "a sandboxed frame", headers: { origin: "null" }, want: 403 },
    {
      name: "an image on another site",
      headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
      want: 403,
    },
    {
      name: "a link on another site",
      headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
      want: 200,
    },
  ])("$name: $want", async ({ headers, want }) => {
    const port = new URL(slack.url).port;
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace("PORT", port)]),
    );
    expect((await raw("/", filled)).status).toBe(want);
  });

  test("the Web API is closed to them too, even with the token", async () => {
    const headers = { authorization: `Bearer ${slack.botToken}`, origin: "https://evil.example" };
    expect((await raw("/api/auth.test", headers, "POST")).status).toBe(403);
  });
});

describe("acting needs what only our page has", () => {
  test("without the token nothing happens", async () => {
    for (const headers of [{}, { cookie }, { "x-page-token": "guess" }, { "x-page-token": "x".repeat(token.length) }])
      expect((await say(headers)).status).toBe(403);
    expect(slack.messages(channel)).toEqual([]);
  });

  test("with it a person may speak, but not as a bot or as nobody", async () => {
    expect((await say({ "x-page-token": token })).status).toBe(200);
    for (const as of ["U0LOCALBOT1", "U0NOBODY000"])
      expect((await say({ "x-page-token": token }, as)).status).toBe(400);
    expect(slack.messages(channel)).toMatchObject([{ user: lead, text: "hello" }]);
  });

  test("reading needs the cookie", async () => {
    expect((await raw(`/ui/workspace?as=${lead}`, {})).status).toBe(403);
    const workspace = await raw(`/ui/workspace?as=${lead}`, { cookie });
    expect(JSON.parse(workspace.text)).toMatchObject({ channels: [{ name: "incidents" }, { name: "ops" }] });
    expect(workspace.text).not.toContain(slack.botToken);
  });

  test("people see only conversations they are in", async () => {
    const stranger = JSON.parse((await raw("/ui/workspace?as=U0LOCALSTRG", { cookie })).text);
    expect(stranger.channels.map(({ name }: { name: string }) => name)).toEqual(["incidents"]);
    expect((await raw("/ui/conversation?as=U0LOCALSTRG&channel=C0LOCALOPS1", { cookie })).status).toBe(404);
  });

  test("what the page sends is checked", async () => {
    const bad = await raw(
      "/ui/say",
      { "content-type": "application/json", "x-page-token": token },
      "POST",
      JSON.stringify({ as: lead, channel, text: "x", admin: true }),
    );
    expect(bad.status).toBe(400);
    expect(
      (await raw("/ui/constructor", { "content-type": "application/json", "x-page-token": token }, "POST", "{}"))
        .status,
    ).toBe(404);
  });
});

test("files that could run scripts are never served as such", async () => {
  const { WebClient } = await import("@slack/web-api");
  const web = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  for (const [filename, type] of [
    ["a.html", "text/plain"],
    ["a.svg", "application/octet-stream"],
  ] as const) {
    await web.filesUploadV2({ content: "<script>alert(1)</script>", filename });
    const { url_private } = slack.files().at(-1) as { url_private: string };
    const response = await fetch(url_private, { headers: { cookie } });
    expect(response.headers.get("content-type")).toContain(type);
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  }
});
