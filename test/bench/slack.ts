import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { deliverJob } from "../../src/app/chat/deliver-job.ts";
import { paceSlack } from "../../src/bot/slack/deliver/pace.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident, touchIncident, undelivered } from "../../src/store/incidents/incidents.ts";
import { addToTimeline } from "../../src/store/incidents/timeline.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { notingDesk, startSlackBot } from "../support/slack-bot.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, rounded } from "./row.ts";

const incidents = 1_000;
/** An hour in a minute: Slack's limits are kept in the time that passes so fast. */
const speed = 60;
const hourMs = 3_600_000 / speed;
const channel = "C0LOCALINCI";
const workers = 4;
const clicksEveryMs = 150;
/** What is still to be shown when the hour is over has this long (real ms). */
const patienceMs = 60_000;

const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

/** The most calls that fall into one window, and so the worst that Slack sees. */
function worstWindow(times: readonly number[], windowMs: number): number {
  let worst = 0;
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= windowMs) from++;
    worst = Math.max(worst, to - from + 1);
  }
  return worst;
}

/**
 * A thousand incidents in one hour, in one channel: each is opened, diagnosed, noted and resolved while people click. The hour
 * passes in a minute, for the incidents, for our pace and for the bound on edits alike; clicks are in real time.
 */
export async function benchSlack(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  const { database } = postgres;
  await using bot = await startSlackBot({
    database,
    desk: notingDesk([]),
    slack: { limits: { requestLog: 100_000, messagesPerChannel: 20_000 } },
  });
  const web = createSlackWeb({ token: bot.slack.botToken, apiUrl: bot.slack.apiUrl });
  const waiting = new Map<string, { readonly at: number; readonly priority: number }>();
  const slack = paceSlack(web, { now: () => performance.now(), speed });
  const deliver = deliverJob({
    database,
    log: silentLogger,
    slack,
    channel,
    jobs: {
      async send(_queue, data, options) {
        const { incidentId } = data as { incidentId: string };
        waiting.set(incidentId, {
          at: performance.now() + ((options?.afterSeconds ?? 0) * 1_000) / speed,
          priority: options?.priority ?? 0,
        });
      },
    },
  });
  const nudge = (id: string) => {
    if (!waiting.has(id)) waiting.set(id, { at: performance.now(), priority: 0 });
  };
  let over = false;
  const busy = new Set<string>();
  const work = async () => {
    while (!over) {
      const now = performance.now();
      const ready = [...waiting].filter(([id, { at }]) => at <= now && !busy.has(id));
      const due = (ready.find(([, { priority }]) => priority === 0) ?? ready[0])?.[0];
      if (due === undefined) {
        await sleep(5);
        continue;
      }
      waiting.delete(due);
      busy.add(due);
      await deliver({ incidentId: due })
        .catch(() => nudge(due))
        .finally(() => busy.delete(due));
    }
  };
  /** The bound on edits counts the database's minutes; here a minute of it is a second. */
  const forgetEdits = async () => {
    while (!over) {
      await database.pool.query(
        `update chat_post set edits = array(select edit from unnest(edits) edit where edit > now() - interval '1 second') where edits <> '{}'`,
      );
      await sleep(100);
    }
  };
  const openedAt = new Map<string, number>();
  const began = performance.now();
  const live = async (i: number) => {
    await sleep((i / incidents) * hourMs * 0.95);
    const id = String(i + 1);
    const at = Date.now();
    const incident = {
      ...incidentView.incident,
      id,
      groupKey: `g${i}`,
      title: `incident ${id}: carts is unwell`,
      onset: at,
      openedAt: at,
      updatedAt: at,
    };
    await saveIncident(database, incident);
    openedAt.set(id, at);
    nudge(id);
    await sleep(15_000 / speed);
    if (incidentView.diagnosis)
      await saveDiagnosis(
        database,
        { diagnosis: { ...incidentView.diagnosis, incidentId: id }, recommendations: [] },
        incidentView.evidence,
      );
    await touchIncident(database, id);
    nudge(id);
    await sleep(30_000 / speed);
    await addToTimeline(database, id, { at: Date.now(), kind: "note", text: clean(`noted on ${id}`) });
    await touchIncident(database, id);
    nudge(id);
    await sleep(120_000 / speed);
    await changeStatus(database, id, "resolve", { at: Date.now() });
    nudge(id);
  };
  const ackMs: number[] = [];
  const click = async () => {
    while (!over) {
      const from = performance.now();
      const outcome = await bot.slack.slash("/incident list", "U0LOCALLEAD", "incidents");
      if (outcome.ok) ackMs.push(performance.now() - from);
      await sleep(clicksEveryMs);
    }
  };
  const running = [...Array.from({ length: workers }, work), forgetEdits(), click()];
  await Promise.all(Array.from({ length: incidents }, (_, i) => live(i)));
  const hour = performance.now() - began;
  while (
    ((await undelivered(database, 1)).length > 0 || waiting.size > 0) &&
    performance.now() - began < hour + patienceMs
  )
    await sleep(50);
  const shownAfter = performance.now() - began - hour;
  over = true;
  await Promise.all(running);

  const calls = bot.slack.requests().filter(({ answer }) => answer === "ok");
  const posts = calls.filter(({ method }) => method === "chat.postMessage").map(({ at }) => at);
  const edits = calls.filter(({ method }) => method === "chat.update");
  const shownMs = calls
    .filter(({ method, body }) => method === "chat.postMessage" && body["thread_ts"] === undefined)
    .map(({ body, at }) => at - (openedAt.get(/incident (\d+):/.exec(String(body["text"]))?.[1] ?? "") ?? Number.NaN))
    .sort((a, b) => a - b);
  const byMessage = Map.groupBy(edits, ({ body }) => String(body["ts"]));
  const worstEdits = Math.max(
    0,
    ...[...byMessage.values()].map((list) =>
      worstWindow(
        list.map(({ at }) => at),
        60_000 / speed,
      ),
    ),
  );
  const titles = new Set(
    bot.slack.messages("incidents").map((message) => /incident (\d+):/.exec(JSON.stringify(message["blocks"]))?.[1]),
  );
  const limited = bot.slack.requests().filter(({ answer }) => answer === "ratelimited").length;
  ackMs.sort((a, b) => a - b);
  return [
    { name: "slack: incidents of an hour shown, of 1,000", value: titles.size, unit: "" },
    { name: "slack: messages of them, doubles included", value: bot.slack.messages("incidents").length, unit: "" },
    {
      name: "slack: not up to date when the hour and its last minute are over",
      value: (await undelivered(database, 1_000)).length,
      unit: "",
    },
    {
      name: "slack: the last is up to date after the hour",
      value: rounded((shownAfter * speed) / 60_000),
      unit: "min",
    },
    {
      name: "slack: from opened to shown, p99",
      value: rounded((percentile(shownMs, 0.99) * speed) / 1_000),
      unit: "s",
    },
    { name: "slack: posts a minute in the channel, worst minute", value: worstWindow(posts, 60_000 / speed), unit: "" },
    { name: "slack: edits a minute of one message, worst", value: worstEdits, unit: "" },
    {
      name: "slack: edits a minute in all, worst minute",
      value: worstWindow(
        edits.map(({ at }) => at),
        60_000 / speed,
      ),
      unit: "",
    },
    { name: "slack: requests told to wait (429)", value: limited, unit: "" },
    { name: "slack: acknowledged meanwhile, p99", value: rounded(percentile(ackMs, 0.99)), unit: "ms" },
    { name: "slack: acknowledged meanwhile, worst", value: rounded(ackMs.at(-1) ?? Number.NaN), unit: "ms" },
  ];
}
