import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IncidentView } from "../../../../src/bot/incident-view.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { fillIncident, type ServedPages, servePages, topology } from "../../../support/filled-pages.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { clean, incidentView, plan, planView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let db: TestDatabase;
let web: ServedPages;
let id: string;

beforeAll(async () => {
  db = await withDatabase();
  id = await fillIncident(db);
  web = await servePages(db);
});
afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await db.close();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(web.url + path, { headers, redirect: "manual" });

/** The page of an incident as it is given. */
async function pageOf(view: IncidentView): Promise<string> {
  await using own = await servePages(db, {
    deps: { desk: { view: async () => view, remembered: async () => undefined, postmortem: async () => undefined } },
  });
  return await (await fetch(`${own.url}/incidents/7`)).text();
}

describe("pages", () => {
  test.each([
    ["/incidents", "carts is killed for memory"],
    [
      "/incidents?status=unresolved&severity=critical&namespace=shop&cause=memory-limit-too-low&q=carts",
      "1 incident matches",
    ],
    ["/incidents?severity=low", "Nothing matches"],
    ["/incidents?status=%00&severity=nonsense&after=x", "carts is killed for memory"],
    ["/detectors", "pod-crash"],
    ["/models", "recorded on 2026-11-20; figures are of the part held back"],
    ["/models", "mean error of repeating the last value"],
    ["/risks", "Nothing found"],
    ["/experiments", "No experiment"],
    ["/digest", "No digest"],
  ])("%s says %s", async (path, text) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(text);
  });

  test("what was left out is a table, and what never was is folded away", async () => {
    const none = await (await get("/detectors")).text();
    expect(none).toContain("Nothing since the start.");
    expect(none).toContain("What is counted, and was none: 1");
    await using lossy = await servePages(db, {
      deps: {
        drops: () => [
          { what: "signals that nobody read in time", count: 7 },
          { what: "alerts left out", count: 0 },
        ],
      },
    });
    const some = await (await fetch(`${lossy.url}/detectors`)).text();
    expect(some).toMatch(/signals that nobody read in time<\/th><td class="figure">7</);
    expect(some).toMatch(/<li>alerts left out<\/li>/);
    expect(some).not.toContain("Nothing since the start.");
  });

  test("the page of an incident says everything about it", async () => {
    const html = await (await get(`/incidents/${id}`)).text();
    for (const said of [
      "memory limit too low",
      "almost certain",
      "The memory limit of carts was cut",
      "shop/frontend",
      "kubectl -n shop get pod carts-1 -o yaml",
      "Change resources of Deployment shop/carts",
      "memory does not grow",
      "frontend calls carts; orders calls carts",
      "100 % of the symptoms",
      "No decision and no change has been recorded",
    ])
      expect(html).toContain(said);
  });

  test("of two ways to the same change the second says so", async () => {
    const [offer] = incidentView.fixes;
    if (!offer) throw new Error("the fixture has a fix");
    const way = (diff: string) => ({
      ...offer,
      plan: { ...planView, plan: { ...plan, state: "proposed" as const, diff: clean(diff) } },
    });
    const said = "Changes the same as fix 1, in another way";
    expect((await pageOf({ ...incidentView, fixes: [way("a"), way("a")] })).split(said)).toHaveLength(2);
    expect(await pageOf({ ...incidentView, fixes: [way("a"), way("b")] })).not.toContain(said);
  });

  test("the audit says which change each entry is about, not its id alone; a fault that stays where it is has no way", async () => {
    const own = await withDatabase();
    const number = await fillIncident(own);
    await savePlan(
      own,
      { ...plan, incidentId: number },
      { requestedBy: null, cause: "memory-limit-too-low", confidence: 0.9 },
    );
    await using pages = await servePages(own, {
      deps: { pictures: { chart: () => undefined, topology: () => ({ ...topology, edges: [] }) } },
    });
    const html = await (await fetch(`${pages.url}/incidents/${number}`)).text();
    const audit = html.slice(html.indexOf('id="audit"'));
    expect(audit).toContain("Change resources of Deployment shop/carts");
    expect(audit).toContain(plan.id);
    expect(html).toContain("Callers stand left of what they call. The fault has not spread.");
    await own.close();
  });

  test("where several clusters share the database, each incident says whose it is", async () => {
    expect(await (await get("/incidents")).text()).not.toContain(", cluster ");
    await using both = await withDatabase();
    await fillIncident(both);
    await saveIncident(both, { ...incidentRow(8), cluster: "berlin" });
    await using own = await servePages(both);
    const html = await (await fetch(`${own.url}/incidents`)).text();
    expect(html).toContain(", cluster berlin");
    expect(html.match(/, cluster /g)).toHaveLength(2);
  });

  test("why it is that sure, and the owner's runbook for it", async () => {
    const { diagnosis, evidence } = incidentView;
    const runbook = {
      id: "E9",
      source: "runbook",
      about: incidentView.incident.target,
      query: 'runbook carts.md, "Memory"',
      status: "ok",
      text: clean("raise the limit"),
      at: 1,
      hash: "h9",
    } as const;
    const view = {
      ...incidentView,
      evidence: [...evidence, runbook],
      ...(diagnosis
        ? { diagnosis: { ...diagnosis, confidenceReason: "what is broken is seen", runbooks: ["E9"] } }
        : {}),
    };
    const html = await pageOf(view);
    expect(html).toContain("Why 93 %: what is broken is seen");
    expect(html).toContain('<a href="#E9">carts.md, &quot;Memory&quot;</a>');
    expect(html).toContain('<tr id="E9">');
  });

  test("a message that other evidence quotes in full is a way there", async () => {
    const refused = 'Get "http://10.0.0.9:9090/healthz": dial tcp 10.0.0.9:9090: connect: connection refused';
    const [first] = incidentView.evidence;
    const [cause] = incidentView.diagnosis?.hypotheses ?? [];
    if (!incidentView.diagnosis || !first || !cause) throw new Error("the fixture has both");
    const hypotheses = [{ ...cause, evidence: ["E1", "E2"], statement: clean(`carts is killed: ${refused}`) }];
    const html = await pageOf({
      ...incidentView,
      diagnosis: { ...incidentView.diagnosis, hypotheses },
      evidence: [
        { ...first, text: clean(`Unhealthy: ${refused}`) },
        { ...first, id: "E2", text: clean(`<b>killed</b>: ${refused}`) },
        { ...first, id: "E3", text: clean("restored as in E99") },
      ],
    });
    expect(html).toContain('<pre class="said">&lt;b&gt;killed&lt;/b&gt;: as in <a href="#E1">E1</a></pre>');
    expect(html).toContain('<span class="quiet">carts is killed: as in <a href="#E1">E1</a></span>');
    expect(html).toContain("restored as in E99</pre>");
  });

  test("the timeline points at the evidence that quotes a message, tells a change in full, and puts it first in its second", async () => {
    const { diagnosis, incident } = incidentView;
    if (!diagnosis) throw new Error("the fixture has a diagnosis");
    const message = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate";
    const change = "Deployment shop/carts changed: cpu request 20m -> 8, and more that is forty characters long";
    const at = Math.floor(incident.onset / 1_000) * 1_000;
    const proof = { source: "object", about: incident.target, query: "q", at, status: "ok", hash: "h" } as const;
    const html = await pageOf({
      ...incidentView,
      diagnosis: {
        ...diagnosis,
        timeline: [
          { at: at + 400, text: clean(change), evidence: "E2" },
          { at, text: clean(`Pod carts-1 cannot be scheduled: ${message}`) },
        ],
      },
      evidence: [
        { ...proof, id: "E1", text: clean(`Pod carts-1: unschedulable: ${message}`) },
        { ...proof, id: "E2", text: clean(change) },
      ],
    });
    const timeline = html.slice(
      html.indexOf('class="timeline"'),
      html.indexOf("</ol>", html.indexOf('class="timeline"')),
    );
    expect(timeline).toContain('cannot be scheduled: as in <a href="#E1">E1</a>');
    expect(timeline).toContain(`${change.replace(">", "&gt;")} <a href="#E2">E2</a>`);
    expect(timeline.indexOf("changed:")).toBeLessThan(timeline.indexOf("cannot be scheduled"));
  });

  test("the chart's data come as they are, the post-mortem as a file", async () => {
    const chart = (await (await get(`/incidents/${id}/chart.json`)).json()) as { panels: unknown[] };
    expect(chart.panels).toHaveLength(2);
    const file = await get(`/incidents/${id}/postmortem.md`);
    expect(file.headers.get("content-disposition")).toBe(`attachment; filename="postmortem-${id}.md"`);
    expect(await file.text()).toContain("# Post-mortem: ");
  });

  test.each([
    "/incidents/999999",
    "/incidents/1e3",
    "/incidents/x%2F..",
    "/nothing",
    "/assets/../pages.ts",
    "/assets/x.js",
  ])("%s is not found", async (path) => expect((await get(path)).status).toBe(404));

  test("hostile text stands in the page as text, and what hides in it is shown", async () => {
    const html = await (await get(`/incidents/${id}`)).text();
    expect(html).not.toMatch(/<script>|<img src=x|onerror="/);
    expect(html).toContain("&lt;script&gt;document.title=&quot;owned&quot;&lt;/script&gt;");
    expect(html).toContain("[U+202E]gnp.exe");
    expect(html).toContain("\ufffd [U+2066]");
    expect(html).not.toMatch(/[\u0000\u202a-\u202e\u2066-\u2069]/);
  });

  test("every answer forbids inline scripts, other origins and frames, and is kept by nobody", async () => {
    for (const path of ["/incidents", `/incidents/${id}`, "/nothing", `/incidents/${id}/chart.json`]) {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });

  test("nothing in a page is inline or from elsewhere; each asset is there, with a year to be kept", async () => {
    const html = await (await get(`/incidents/${id}`)).text();
    expect(html).not.toMatch(/ style=| on[a-z]+="|<style|<script(?![^>]* src="\/assets\/)/);
    const assets = [...html.matchAll(/(?:src|href|data-library)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(new Set(assets).size).toBe(5);
    for (const asset of assets) {
      const answer = await get(asset);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toContain("immutable");
    }
    expect((await get("/assets/pages.js?v=old")).headers.get("cache-control")).toBe("no-cache");
  });

  test("every page has one main heading, named regions, labelled fields, captions on its tables", async () => {
    for (const path of ["/incidents", `/incidents/${id}`, "/detectors", "/models", "/risks"]) {
      const html = await (await get(path)).text();
      expect(html.match(/<h1/g)).toHaveLength(1);
      expect(html).toContain('<html lang="en"');
      expect((html.match(/<table/g) ?? []).length).toBe((html.match(/<caption/g) ?? []).length);
      for (const [nav] of html.matchAll(/<nav[^>]*>/g)) expect(nav).toContain("aria-label");
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, wanted] of html.matchAll(/aria-labelledby="([^"]+)"/g))
        for (const one of (wanted ?? "").split(" ")) expect(ids).toContain(one);
    }
  });

  test("colours are chosen by a form, kept in a cookie, and lead back to where one was", async () => {
    const send = (headers: Record<string, string>) =>
      fetch(`${web.url}/theme`, {
        method: "POST",
        redirect: "manual",
        headers,
        body: new URLSearchParams({ to: "dark", back: `/incidents/${id}` }),
      });
    const answer = await send({ origin: web.url });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(`/incidents/${id}`);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toContain("kubemend_theme=dark");
    expect(await (await get("/incidents", { cookie: "kubemend_theme=dark" })).text()).toContain('data-theme="dark"');
    expect((await send({ origin: "https://elsewhere.example" })).status).toBe(403);
  });

  test.each([
    "//elsewhere.example",
    "/\\elsewhere.example",
    "https://elsewhere.example",
    "javascript:alert(1)",
  ])("a form cannot lead to %s", async (back) => {
    const answer = await fetch(`${web.url}/theme`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: web.url },
      body: new URLSearchParams({ to: "dark", back }),
    });
    expect(answer.headers.get("location")).toBe("/incidents");
  });

  test("a body over 64 kB is refused, and so is one that is no form", async () => {
    const post = (body: string, type: string) =>
      fetch(`${web.url}/theme`, { method: "POST", headers: { origin: web.url, "content-type": type }, body });
    expect((await post(`to=${"x".repeat(70_000)}`, "application/x-www-form-urlencoded")).status).toBe(413);
    expect((await post("{}", "application/json")).status).toBe(415);
  });

  test("who asks too often is told to wait", async () => {
    await using own = await servePages(db, { now: () => 1_000 });
    const statuses: number[] = [];
    for (let i = 0; i < 130; i++) statuses.push((await fetch(`${own.url}/experiments`)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(120);
    expect(statuses.at(-1)).toBe(429);
  });
});
