import Fastify from "fastify";
import { createPagePeople } from "../../src/app/pages/page-people.ts";
import { createPages, type PagesDeps } from "../../src/app/pages/pages.ts";
import { buildView } from "../../src/app/view/build-view.ts";
import { postmortemOf } from "../../src/app/view/postmortem-of.ts";
import type { ChartData } from "../../src/bot/charts/chart-data.ts";
import type { PagesOptions } from "../../src/bot/web/page-kit.ts";
import { pageRoutes } from "../../src/bot/web/pages.ts";
import type { People, TopologyPicture } from "../../src/bot/web/pages-port.ts";
import { createSigner } from "../../src/bot/web/signer.ts";
import type { Incident } from "../../src/incident/incident.ts";
import type { Redact } from "../../src/incident/redacted.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { Database } from "../../src/store/database.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident } from "../../src/store/incidents/incidents.ts";
import { rememberedIncident } from "../../src/store/incidents/remembered.ts";
import { addToTimeline } from "../../src/store/incidents/timeline.ts";
import * as sessions from "../../src/store/people/web-sign-in.ts";
import { clean, incidentView } from "./incident-view.ts";

/** Text that would do harm wherever it is not treated as text. */
export const hostile = `</pre><script>document.title="owned"</script><img src=x onerror="document.title='owned'"> "quoted" 'single' \u202egnp.exe\u202c \u0000 \u2066x`;

const carts = { kind: "Deployment", namespace: "shop", name: "carts" } as const;
const frontend = { kind: "Deployment", namespace: "shop", name: "frontend" } as const;
const orders = { kind: "Deployment", namespace: "shop", name: "orders" } as const;
const database = { kind: "StatefulSet", namespace: "shop", name: "carts-db" } as const;

export const topology: TopologyPicture = {
  nodes: [
    { ref: carts, role: "culprit" },
    { ref: frontend, role: "hurt" },
    { ref: orders, role: "hurt" },
    { ref: database, role: "near" },
  ],
  edges: [
    { from: 1, to: 0, how: "calls", onPath: true },
    { from: 2, to: 0, how: "calls", onPath: true },
    { from: 1, to: 2, how: "calls", onPath: false },
    { from: 0, to: 3, how: "calls", onPath: false },
  ],
};

const onset = incidentView.incident.onset;
const wave = (base: number) =>
  Array.from({ length: 120 }, (_, i) => ({ at: onset - 300_000 + i * 5_000, value: base * (1 + Math.sin(i / 7) / 4) }));

export const chart: ChartData = {
  from: onset - 300_000,
  to: onset + 300_000,
  panels: [
    {
      title: "carts: memory in use",
      unit: "bytes",
      lines: [
        { label: "carts-1", points: wave(30e6) },
        { label: "limit", points: wave(36e6), bound: true },
      ],
    },
    { title: "failed calls to carts", unit: "ratio", lines: [{ label: "frontend → carts", points: wave(0.2) }] },
  ],
  marks: [
    { at: onset - 20_000, label: "Deployment carts changed", kind: "change" },
    { at: onset, label: "onset", kind: "onset" },
    { at: onset + 120_000, label: "fix applied", kind: "fix" },
  ],
};

/** An incident with a diagnosis, evidence and a timeline, in which hostile text stands wherever text from outside may stand. */
export async function fillIncident(db: Database, over: Partial<Incident> = {}, text = hostile): Promise<string> {
  const incident = { ...incidentView.incident, ...over };
  const stored = await saveIncident(db, incident);
  const { diagnosis, evidence, fixes } = incidentView;
  if (!diagnosis) throw new Error("unreachable: the fixture has a diagnosis");
  await saveDiagnosis(
    db,
    {
      diagnosis: {
        ...diagnosis,
        incidentId: stored.id,
        summary: clean(`${diagnosis.summary} ${text}`),
        ruledOut: [{ cause: "memory-leak", culprit: carts, reason: clean(`memory does not grow; ${text}`) }],
        timeline: [{ at: onset, text: clean(`first kill ${text}`), evidence: "E1" }],
      },
      recommendations: fixes.map((fix) => fix.recommendation),
    },
    [
      ...evidence,
      {
        id: "E2",
        source: "log",
        about: carts,
        query: `kubectl -n shop logs carts-1 # ${text}`,
        status: "ok",
        text: clean(`12 lines like this: ${text}`),
        at: onset + 1_000,
        hash: "h2",
      },
    ],
  );
  await addToTimeline(db, stored.id, { at: onset, kind: "detected", text: clean(`Detected: ${text}`) });
  return stored.id;
}

const listed = [
  ["payment", "payment fails 31 % of its requests", "high", "bad-release", 0.91],
  ["carts", "carts is killed for exceeding its memory limit", "critical", "memory-limit-too-low", 0.97],
  ["catalogue", "new pods of catalogue cannot pull their image", "medium", "image-not-found", 0.99],
  ["orders", "orders waits for a connection to its database", "high", "pool-exhausted", 0.88],
  ["front-end", "front-end answers four times as slowly as usual", "medium", "cpu-throttling", 0.84],
  ["shipping", "shipping writes errors it never wrote before", "medium", "bad-upstream-url", 0.79],
  ["queue-master", "queue-master cannot be scheduled", "low", "unschedulable", 0.95],
  ["user", "user reaches its memory limit in 12 minutes", "medium", "memory-leak", 0.72],
] as const;

/** 64 incidents of a fortnight, the newest three of them open. */
export async function fillList(db: Database): Promise<void> {
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("unreachable: the fixture has a diagnosis");
  for (let i = 0; i < 64; i++) {
    const [name, title, severity, cause, probability] = listed[i % listed.length] ?? listed[0];
    const target = { kind: "Deployment", namespace: "sock-shop", name };
    const at = onset + 590_000 - i * 19_123_000;
    const stored = await saveIncident(db, {
      ...incidentView.incident,
      id: String(164 - i),
      groupKey: `Deployment/sock-shop/${name}/${i}`,
      title,
      severity,
      target,
      affected: [target],
      onset: at - 9_000 - i * 700,
      openedAt: at,
    });
    const hypotheses = diagnosis.hypotheses.map((one) => ({ ...one, cause, culprit: target, probability }));
    await saveDiagnosis(
      db,
      { diagnosis: { ...diagnosis, incidentId: stored.id, hypotheses }, recommendations: [] },
      [],
    );
    if (i > 2) await changeStatus(db, stored.id, "resolve", { at: at + 240_000 + i * 11_000 });
    else if (i > 0) await changeStatus(db, stored.id, "acknowledge", { by: "On-call engineer", at });
  }
}

export interface ServedPages extends AsyncDisposable {
  readonly url: string;
  readonly signer: ReturnType<typeof createSigner>;
}

/** The pages over a real database; who somebody is and what is in memory is given. */
export async function servePages(
  db: Database,
  over: Partial<PagesOptions> & { readonly deps?: Partial<PagesDeps> } = {},
): Promise<ServedPages> {
  const redact: Redact = (text) => clean(text);
  const { deps, ...options } = over;
  const startedAt = Date.now();
  const now = () => onset + 600_000 + Date.now() - startedAt;
  const server = Fastify({ bodyLimit: 1_048_576 });
  const signer = createSigner(await sessions.webKey(db));
  const people: People = createPagePeople({
    slack: {
      identify: async (id) =>
        id === "UGUEST"
          ? { ok: false, reason: "Guests cannot decide about incidents." }
          : { ok: true, person: { id: `slack:${id}`, name: `Member ${id}` } },
      userByEmail: async (email) => ({ ok: true, value: email === "ann@example.com" ? "UANN" : undefined }),
    },
  });
  await server.register(
    pageRoutes({
      cluster: "test",
      pages: createPages({
        cluster: "test",
        database: db,
        desk: {
          view: (id) => buildView(db, id),
          remembered: (id) => rememberedIncident(db, id),
          postmortem: (id) => postmortemOf({ database: db, redact }, id),
        },
        watching: {
          active: () => [],
          health: () => [{ name: "Detection", state: "ok", detail: "3 ticks" }],
        },
        pictures: { chart: () => chart, topology: () => topology },
        redact,
        clock: { now },
        drops: () => [{ what: "signals that nobody read in time", count: 0 }],
        models: {},
        ...deps,
      }),
      signer,
      sessions: {
        keepLink: (link) => sessions.keepLink(db, link),
        linkOf: (hash) => sessions.linkOf(db, hash),
        takeLink: (hash) => sessions.takeLink(db, hash),
        openSession: (session) => sessions.openSession(db, session),
        sessionOf: (hash) => sessions.sessionOf(db, hash),
        endSession: (hash) => sessions.endSession(db, hash),
      },
      signIn: { slackLinks: false, sessionHours: 12 },
      people,
      log: silentLogger,
      now,
      ...options,
    }),
  );
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return { url, signer, [Symbol.asyncDispose]: () => server.close() };
}
