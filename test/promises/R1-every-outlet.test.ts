import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { defaultPolicy } from "../../src/actions/policy/policy-file.ts";
import { analyzeRecording } from "../../src/app/diagnosis/analyze-recording.ts";
import { buildView } from "../../src/app/view/build-view.ts";
import { exportAudit } from "../../src/cli/audit.ts";
import { demoTime } from "../../src/cli/demo/demo-time.ts";
import type { Signal } from "../../src/cluster/signal.ts";
import { configSchema } from "../../src/config/config.ts";
import { createLogger } from "../../src/lib/logger.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { startKubemend } from "../../src/main.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { postmortem } from "../../src/rca/report/postmortem.ts";
import { demoRecordingFolder } from "../../src/replay/demo-recording.ts";
import { loadTruth } from "../../src/replay/player/load-truth.ts";
import { recordSignals } from "../../src/replay/record/record-signals.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { serveRecording } from "../../src/replay/serve.ts";
import { createVirtualClock } from "../../src/replay/virtual-clock.ts";
import { listIncidents } from "../../src/store/incidents/incidents.ts";
import { openStore } from "../../src/store/open-store.ts";
import { completion, fakeOpenAi, say, toldTo } from "../support/fake-openai.ts";
import { startMailServer } from "../support/mail-server.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { canaries, canariesIn, plantedRecording } from "../support/planted-recording.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { promiseFigure } from "../support/promise-figure.ts";

const faults = await loadTruth(demoRecordingFolder);
const injectedAt = faults[0]?.injectedAt ?? 0;
const recording = plantedRecording(await loadRecording(demoRecordingFolder), injectedAt + 3_000);

/** What each table holds, as text: every column of every row. */
async function tablesOf({ pool }: TestDatabase): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const held: Record<string, string> = {};
  for (const { name } of rows) {
    const { rows: found } = await pool.query<{ text: string }>(`select row_to_json(t)::text as text from ${name} t`);
    held[`table ${name}`] = found.map(({ text }) => text).join("\n");
  }
  return held;
}

/** Every page, export and picture that is linked from the first one. */
async function pagesOf(url: string): Promise<Record<string, string>> {
  const shown: Record<string, string> = {};
  const waiting = ["/incidents"];
  const seen = new Set(waiting);
  for (let path = waiting.shift(); path !== undefined && seen.size < 200; path = waiting.shift()) {
    const response = await fetch(url + path);
    const text = await response.text();
    shown[`page ${path}`] = text;
    if (!response.headers.get("content-type")?.startsWith("text/html")) continue;
    for (const [, found = ""] of text.matchAll(/(?:href|src|action)="([^"]+)"/g)) {
      const link = new URL(found.replaceAll("&amp;", "&"), url + path);
      const next = link.pathname + link.search;
      if (link.origin !== url || seen.has(next) || next.startsWith("/assets/")) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return shown;
}

/** Repeats whatever it has been told. */
const parrot = () =>
  fakeOpenAi((asked, response) => {
    const lines = [...toldTo(asked).matchAll(/^\[([ELA]\d+)\] [^"]*"(.*)"$/gm)];
    const sentences = lines
      .slice(-12)
      .map(([, id = "", text = ""]) => ({ text: text.slice(0, 500), kind: "observed", evidence: [id] }));
    const answer = { sentences, hypotheses: [], fixes: [], patch: null, questions: [] };
    say(response, 200, completion(JSON.stringify(answer)));
  });

describe("R1: what is put into a cluster's logs, events and objects is in nothing that leaves", () => {
  test("not in what `analyze --json` prints, nor in its post-mortems", async () => {
    const { redact } = createRedactor();
    const documents: string[] = [];
    const result = await analyzeRecording({
      cluster: recording.header.name,
      start: recording.start,
      end: recording.end,
      tickMs: recording.header.scrapeIntervalSeconds * 1_000,
      signals: recordedSignals(recording),
      onCase: (one) => documents.push(postmortem({ ...one, executions: [], redact })),
    });
    const titles = result.incidents.map(({ title }) => title);
    expect(titles.join("\n"), "a title quotes what was logged").toMatch(/logs .*: ledger refused us/);
    expect(canariesIn(JSON.stringify(result))).toEqual([]);
    expect(documents.length).toBeGreaterThan(0);
    expect(canariesIn(documents.join("\n"))).toEqual([]);
  }, 60_000);

  test("not in what `record` writes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kubemend-r1-"));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const start: Signal = { type: "source", source: "kubernetes-watch", ok: true, detail: "", at: recording.start };
    async function* signals() {
      const told = [...recordedSignals(recording)].filter(({ type }) => type !== "samples");
      yield* told.slice(0, recording.objects.length);
      yield start;
      yield* told.slice(recording.objects.length);
    }
    const { redact } = createRedactor();
    await recordSignals({
      signals: signals(),
      clock: createManualClock(recording.end),
      folder: join(folder, "again"),
      description: "",
      kubernetesVersion: "v1.31.2",
      namespaces: ["sock-shop"],
      scrapeIntervalSeconds: 5,
      redact,
      maxBytes: 1e9,
    });
    const files = await readdir(join(folder, "again"));
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const bytes = await readFile(join(folder, "again", file));
      const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
      expect(canariesIn(text), file).toEqual([]);
    }
  }, 60_000);

  test("not in chat, mail, pages, metrics, requests to a model, the log of kubemend or any table", async () => {
    await using database = await withDatabase();
    await using store = await openStore({ url: database.url, dataFolder: "unused" });
    await using slack = await startLocalSlack({
      users: [{ id: "U0ONCALL", name: "oncall", real_name: "On-call engineer" }],
      channels: [{ id: "C0INCIDENTS", name: "incidents" }],
    });
    await using mail = await startMailServer();
    await using model = await parrot();
    const speed = 3;
    const time = demoTime({ recordingStart: recording.start, injectedAt, leadInSpeed: 60, now: Date.now() });
    const clock = createVirtualClock({ startAt: time.startAt, speed });
    const cluster = await serveRecording({ recording, faults, clock, ...time, speed });
    await using _cluster = { [Symbol.asyncDispose]: () => cluster.close() };
    const logged: string[] = [];
    const { redact } = createRedactor();
    const config = configSchema.parse({
      cluster: "shop",
      web: { port: 0, url: "http://kubemend.example" },
      detection: { scrapeSeconds: 5, learnMinutes: 3 },
      ingest: { token: "sesame" },
      model: { name: "parrot", baseUrl: model.url },
      email: {
        smtpUrl: `smtp://127.0.0.1:${mail.port}?tls=off`,
        from: "kubemend@example.com",
        to: ["ann@example.com"],
        severities: ["critical", "high", "medium", "low"],
      },
      slack: {
        botToken: slack.botToken,
        signingSecret: slack.signingSecret,
        apiUrl: slack.apiUrl,
        channel: "C0INCIDENTS",
      },
    });
    await using kubemend = await startKubemend({
      config,
      policy: defaultPolicy,
      role: "all",
      store,
      kubeConfig: cluster.kubeconfig,
      log: createLogger({ level: "trace", redact, to: { write: (line) => void logged.push(line) } }),
      clock,
    });
    const { url = "" } = kubemend;
    slack.setBotUrl(`${url}/slack/events`);
    await fetch(`${url}/api/v1/alertmanager`, {
      method: "POST",
      headers: { authorization: "Bearer sesame", "content-type": "application/json" },
      body: JSON.stringify({
        version: "4",
        status: "firing",
        alerts: [
          {
            status: "firing",
            labels: {
              alertname: "PaymentsRefused",
              namespace: "sock-shop",
              deployment: "frontend",
              severity: "critical",
            },
            annotations: { summary: `the bank refused ${canaries["a key in an alert"]}` },
            startsAt: new Date(clock.now()).toISOString(),
            fingerprint: "canary",
          },
        ],
      }),
    });
    const hasTold = (what: RegExp) => slack.requests().some(({ body }) => what.test(JSON.stringify(body)));
    await vi.waitFor(
      async () => {
        const incidents = await listIncidents(database, { limit: 50 });
        const views = await Promise.all(incidents.map(({ id }) => buildView(database, id)));
        expect(views.some((view) => view?.fixes[0]?.plan?.plan.state === "proposed")).toBe(true);
        expect(incidents.map(({ title }) => title).join("\n")).toMatch(/logs .*: ledger refused us/);
        expect(hasTold(/carts/) && hasTold(/ledger refused us/)).toBe(true);
        expect(mail.received.length).toBeGreaterThan(1);
        expect(model.asked.length).toBeGreaterThan(0);
      },
      { timeout: 90_000, interval: 500 },
    );
    const audit: string[] = [];
    await exportAudit(database, new Writable({ write: (chunk, _, done) => done(void audit.push(String(chunk))) }));
    const outlets: Record<string, string> = {
      ...(await pagesOf(url)),
      metrics: await (await fetch(`${url}/metrics`)).text(),
      ...(await tablesOf(database)),
      slack: slack
        .requests()
        .map(({ method, body }) => `${method} ${JSON.stringify(body)}`)
        .join("\n"),
      mail: mail.received
        .map(({ raw, mail: { subject, text, html } }) => [raw, subject, text, html].join("\n"))
        .join("\n"),
      model: model.asked.map(({ body }) => body).join("\n"),
      log: logged.join("\n"),
      "audit export": audit.join(""),
    };
    const found = Object.entries(outlets).flatMap(([where, text]) =>
      canariesIn(text).map((what) => `${what}: ${where}`),
    );
    expect(found).toEqual([]);
    const read = Object.entries(outlets).filter(
      ([, text]) => text.includes("<redacted-") || text.includes("redacted-"),
    );
    expect(read.length, "the canaries were there to be hidden").toBeGreaterThan(5);
    promiseFigure(
      "R1",
      `${Object.keys(canaries).length} secrets in logs, events and objects x ${Object.keys(outlets).length} pages, tables and other outlets`,
      "0 found",
    );
  }, 180_000);
});
