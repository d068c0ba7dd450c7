import { expect, test, vi } from "vitest";
import { createSmtpMailer } from "../../../../src/adapters/smtp/smtp-mailer.ts";
import { startMail } from "../../../../src/app/mail/start-mail.ts";
import { createSigner } from "../../../../src/bot/web/signer.ts";
import { configSchema } from "../../../../src/config/config.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import type { Jobs } from "../../../../src/store/jobs.ts";
import { leaveMailAlone, wasMailed } from "../../../../src/store/people/mail.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { type MailServer, startMailServer } from "../../../support/mail-server.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const to = ["ada@example.com", "ben@example.com"];
const start = Date.parse("2026-11-21T09:00:00Z");

async function open(database: TestDatabase, server: MailServer, restMs = 50) {
  let now = start;
  const work = new Map<string, (data: object) => Promise<void>>();
  const schedules: string[] = [];
  const sent: { readonly data: object; readonly afterSeconds: number | undefined }[] = [];
  const jobs: Jobs = {
    send: async (_queue, data, options) => void sent.push({ data, afterSeconds: options?.afterSeconds }),
    work: async (queue, handler) => void work.set(queue, handler),
    schedule: async (_queue, key, cron, _data, zone) => void schedules.push(`${key} ${cron} ${zone}`),
    stop: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${server.port}?tls=off`, from: "kubemend@example.com" });
  const { email } = configSchema.parse({
    email: { from: "kubemend@example.com", to, timeZone: "Europe/Berlin", digest: { weekly: "off" } },
  });
  const desk = await startMail({
    settings: { ...email, from: "kubemend@example.com" },
    webUrl: "https://kubemend.example.com",
    cluster: "test",
    database,
    jobs,
    mailer,
    signer: createSigner("k".repeat(32)),
    redact: clean,
    drawIncident: async () => Buffer.from("picture"),
    drawBars: async () => Buffer.from("bars"),
    clock: { now: () => now, sleep: () => Promise.resolve() },
    log: silentLogger,
    lookEveryMs: 100,
    restMs,
  });
  const stopping = new AbortController();
  const running = desk.run(stopping.signal);
  return {
    desk,
    schedules,
    /** Jobs that were sent. */
    sent,
    digest: (job: object = { cluster: "test", period: "daily" }) => work.get("send-digest")?.(job),
    pass: (ms: number) => {
      now += ms;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await mailer[Symbol.asyncDispose]();
    },
  };
}

const incident = (id: string, more: Partial<Incident> = {}): Incident => ({
  ...incidentView.incident,
  id,
  groupKey: id,
  onset: start - 10_000,
  openedAt: start,
  updatedAt: start,
  ...more,
});
const subjects = (server: MailServer) => server.received.map(({ to: [reader], mail }) => `${reader} ${mail.subject}`);
const refused = { code: 550, text: "5.1.1 no such mailbox" };
const busy = { code: 452, text: "4.2.2 mailbox full" };
const soon = { timeout: 20_000, interval: 50 };

test("an incident is told once to each reader, and its end in the same conversation", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  await saveIncident(database, incident("7"));
  await saveIncident(database, incident("8", { severity: "low" }));
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  await saveDiagnosis(
    database,
    { diagnosis: { ...diagnosis, incidentId: "7", confidenceReason: "what is broken is seen" }, recommendations: [] },
    [],
  );
  await using mail = await open(database, server);
  await vi.waitFor(() => expect(server.received).toHaveLength(2), soon);
  const opened = "[critical] test: carts is killed for memory again and again";
  expect(subjects(server)).toEqual([`ada@example.com ${opened}`, `ben@example.com ${opened}`]);
  const [first] = server.received;
  expect(first?.mail.text).toContain("The memory limit of carts was cut from 128Mi to 34Mi");
  for (const text of [first?.mail.text, first?.mail.html]) expect(text).toContain("Why 93 %: what is broken is seen");
  expect(first?.mail.text).toContain("https://kubemend.example.com/incidents/7");
  expect(first?.mail.html).toContain("cid:");
  expect(first?.mail.attachments).toHaveLength(1);
  // Everybody's own way out, the same in the body as in the header that a mailbox makes its button of.
  const ways = server.received.map(({ mail: { text = "", html = "", headers } }) => ({
    text: /Unsubscribe: (\S+)/.exec(text)?.[1],
    html: /<a href="([^"]+)"[^>]*>Unsubscribe/.exec(html)?.[1]?.replaceAll("&amp;", "&"),
    header: headers.find(({ key }) => key === "list-unsubscribe")?.value.slice(1, -1),
  }));
  for (const way of ways) expect(new Set(Object.values(way)).size).toBe(1);
  expect(ways.map(({ text = "" }) => new URL(text).searchParams.get("to"))).toEqual(to);

  mail.pass(60_000);
  await changeStatus(database, "7", "resolve", { at: start + 60_000 });
  await vi.waitFor(() => expect(server.received).toHaveLength(4), soon);
  expect(subjects(server).slice(2)).toEqual([`ada@example.com Re: ${opened}`, `ben@example.com Re: ${opened}`]);
  expect(server.received[2]?.mail.inReplyTo).toBe(first?.mail.messageId);
});

test("a digest reaches whoever has not got it and still wants it", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  await using mail = await open(database, server);
  expect(mail.schedules).toEqual(["test/daily 0 8 * * * Europe/Berlin", "test/weekly undefined Europe/Berlin"]);
  server.refuse({ code: 451, text: "later" });
  await mail.digest();
  expect(mail.sent).toMatchObject([
    { data: { cluster: "test", period: "daily", day: "2026-11-21" }, afterSeconds: 600 },
  ]);
  // The server is away past midnight; it is the digest of that day all the same, and tried for six hours.
  mail.pass(5 * 3_600_000);
  await mail.digest(mail.sent[0]?.data);
  expect(mail.sent[1]).toEqual(mail.sent[0]);
  server.refuse(undefined);
  await leaveMailAlone(database, "BEN@example.com");
  await mail.digest(mail.sent[1]?.data);
  mail.pass(-5 * 3_600_000);
  // A job that comes again finds everything sent.
  await mail.digest();
  expect(subjects(server)).toEqual(["ada@example.com test: daily digest, all quiet"]);
  mail.pass(86_400_000);
  await mail.digest();
  expect(server.received).toHaveLength(2);
});

test("a digest comes again to who could not have it, also beside a reader who is refused for good", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  await using mail = await open(database, server);
  server.refuseReader("ada@example.com", refused);
  server.refuseReader("ben@example.com", busy);
  await mail.digest();
  server.refuseReader("ben@example.com", undefined);
  await mail.digest(mail.sent[0]?.data);
  expect(subjects(server)).toEqual(["ben@example.com test: daily digest, all quiet"]);
  expect(server.named).toEqual(["ada@example.com", "ben@example.com", "ben@example.com"]);
});

test("a digest that nobody takes for six hours is given up", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  await using mail = await open(database, server);
  server.refuse({ code: 451, text: "later" });
  await mail.digest();
  mail.pass(6 * 3_600_000);
  await expect(mail.digest(mail.sent[0]?.data)).rejects.toMatchObject({ code: "mail-not-sent" });
  expect(mail.sent).toHaveLength(1);
});

test("/incident digest now says where it went, or that it did not", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  await using mail = await open(database, server);
  const by = { id: "slack:U1", name: "Ada" };
  expect(await mail.desk.digest.now(by)).toEqual({
    ok: true,
    text: "The digest of the last 24 hours is on its way to 2 addresses.",
  });
  server.refuse({ code: 550, text: "no" });
  mail.pass(1);
  expect(await mail.desk.digest.now(by)).toMatchObject({ ok: false });
});

test("the end of an incident whose title has changed bears the subject of its beginning, and tells the new title", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  const seen = `frontend answers ${"very ".repeat(40)}slowly`;
  await saveIncident(database, incident("7", { title: seen }));
  await using mail = await open(database, server);
  mail.pass(60_000);
  await vi.waitFor(() => expect(server.received).toHaveLength(2), soon);
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const [first] = diagnosis.hypotheses;
  if (!first) throw new Error("the fixture has a cause");
  const culprit = { kind: "StatefulSet", namespace: "shop", name: "carts-db" };
  const hypotheses = [{ ...first, culprit }];
  await saveDiagnosis(database, { diagnosis: { ...diagnosis, hypotheses }, recommendations: [] }, []);
  await changeStatus(database, "7", "resolve", { at: start + 90_000 });
  await vi.waitFor(() => expect(server.received).toHaveLength(4), soon);
  const [opened, , resolved] = server.received.map((one) => one.mail);
  expect(resolved?.subject).toBe(`Re: ${opened?.subject}`);
  expect(opened?.subject?.length).toBe(160);
  expect(resolved?.text).toMatch(/^Resolved: carts-db: memory limit too low – frontend answers/);
});

test("a reader whom the server refuses for good is not tried again and again, and the others get their mails", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  server.refuseReader("ada@example.com", refused);
  await saveIncident(database, incident("7"));
  await using mail = await open(database, server);
  mail.pass(60_000);
  await vi.waitFor(() => expect(server.received).toHaveLength(1), soon);
  // Told of as done: nothing is due any more.
  await vi.waitFor(async () => expect(await wasMailed(database, "incident/7/opened")).toBe(true), soon);
  expect(server.named).toEqual(["ada@example.com", "ben@example.com"]);
});

test("a mail that cannot be sent now rests ever longer, and holds up no later one, however many there are", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  server.refuseReader("ada@example.com", busy);
  // More than are sent at one look.
  for (let id = 1; id <= 25; id++) await saveIncident(database, incident(`${id}`, { openedAt: start + id }));
  await using mail = await open(database, server, 600_000);
  mail.pass(70_000);
  await vi.waitFor(() => expect(server.received).toHaveLength(25), soon);
  expect(server.named.filter((address) => address === "ada@example.com")).toHaveLength(25);
});

test("a mail that could not be sent is sent when the server takes it again", async () => {
  await using database = await withDatabase();
  await using server = await startMailServer();
  server.refuseReader("ada@example.com", busy);
  await saveIncident(database, incident("7"));
  await using mail = await open(database, server);
  mail.pass(60_000);
  await vi.waitFor(() => expect(server.received).toHaveLength(1), soon);
  server.refuseReader("ada@example.com", undefined);
  await vi.waitFor(() => expect(server.received).toHaveLength(2), soon);
});
