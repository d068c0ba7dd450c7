import { Worker } from "node:worker_threads";
import { expect, test, vi } from "vitest";
import { postBook } from "../../src/app/chat/deliver-job.ts";
import { deliverIncident } from "../../src/bot/slack/deliver/deliver.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { incidentView } from "../support/incident-view.ts";
import { withDatabase } from "../support/postgres.ts";
import { full, grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { notingDesk, startSlackBot } from "../support/slack-bot.ts";
import { slowPostgres } from "../support/slow-postgres.ts";

/** A core that is busy for as long as the test runs, as while a model is trained. */
const training = () =>
  new Worker("let x = 1; for (;;) { for (let i = 0; i < 1e7; i++) x = (x * 1103515245 + 12345) % 2147483648; }", {
    eval: true,
  });

test("clicks are acknowledged in time with a slow database, a model that hangs, and a training under way", async () => {
  const clicks = promised(200, 24);
  const delayMs = promised(2_000, 5_000);
  await using fast = await withDatabase();
  await saveIncident(fast, incidentView.incident);
  await using slow = await slowPostgres(fast.url, { delayMs, maxConnections: 20 });
  const asked: unknown[][] = [];
  const never = new Promise<never>(() => undefined);
  await using bot = await startSlackBot({
    database: slow.database,
    desk: notingDesk(asked, { ask: () => never, diagnose: () => never }),
  });
  await deliverIncident({ slack: bot.port, book: postBook(fast), channel: "C0LOCALINCI" }, incidentView);
  const ts = bot.slack.messages("incidents")[0]?.["ts"] as string;
  const busy = training();
  try {
    const tookMs: number[] = [];
    const who = ["U0LOCALLEAD", "U0LOCALONCL"];
    const press = async (i: number) => {
      const began = performance.now();
      const userId = who[i % 2] ?? "";
      const outcome =
        i % 4 === 3
          ? await bot.slack.slash("/incident diagnose shop/carts", userId, "incidents")
          : await bot.slack.click({
              channel: "incidents",
              ts,
              actionId: ["incident.acknowledge", "incident.silence", "fix.review"][i % 4] ?? "",
              userId,
            });
      tookMs.push(performance.now() - began);
      expect(outcome).toEqual({ ok: true });
    };
    // Ten people at a time.
    for (let sent = 0; sent < clicks; sent += 10)
      await Promise.all(Array.from({ length: Math.min(10, clicks - sent) }, (_, k) => press(sent + k)));
    tookMs.sort((a, b) => a - b);
    const p99 = tookMs[Math.ceil(tookMs.length * 0.99) - 1] ?? Number.NaN;
    const max = tookMs.at(-1) ?? Number.NaN;
    // Acknowledging needs no database: what the clicks ask of it may come after the last of them.
    await vi.waitFor(() => expect(slow.delayed()).toBeGreaterThan(0), 60_000);
    // A test that runs beside others is late for reasons of its own, but not for the database's; the promised figure is for a run alone.
    expect(p99).toBeLessThan(full ? 500 : delayMs);
    expect(max).toBeLessThan(full ? 2_500 : delayMs);
    await vi.waitFor(() => expect(asked.some(([what]) => what === "acknowledge")).toBe(true), 60_000);
    promiseFigure(
      "S3",
      `${grouped(clicks)} clicks and commands, every query ${delayMs / 1_000} s late, model hung, a core busy`,
      `acknowledged within ${Math.round(p99)} ms (p99), ${Math.round(max)} ms (max)`,
    );
  } finally {
    await busy.terminate();
  }
});
