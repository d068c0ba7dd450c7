import { createHmac } from "node:crypto";
import { expect, test, vi } from "vitest";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { notingDesk, startSlackBot } from "../support/slack-bot.ts";

const form = "application/x-www-form-urlencoded";
const genuineBody = (i: number) =>
  new URLSearchParams({
    command: "/incident",
    text: `ack ${i}`,
    user_id: "U0LOCALLEAD",
    team_id: "T0LOCAL0001",
    api_app_id: "A1",
    trigger_id: "1.1",
    response_url: "http://127.0.0.1:9/nowhere",
  }).toString();
const signed = (body: string, secret: string, seconds: number) =>
  `v0=${createHmac("sha256", secret).update(`v0:${seconds}:${body}`).digest("hex")}`;

interface Attempt {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** What somebody who has seen requests, but not the secret, can make of them. */
function forgeries(secret: string): readonly ((body: string, now: number, random: () => number) => Attempt)[] {
  const stamp = (seconds: number, signature: string) => ({
    "x-slack-request-timestamp": String(seconds),
    "x-slack-signature": signature,
  });
  const flip = (text: string, at: number) => text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
  return [
    (body) => ({ body, headers: {} }),
    (body, now) => ({ body, headers: stamp(now, "") }),
    (body, now) => ({ body, headers: { "x-slack-request-timestamp": String(now) } }),
    (body, now) => ({ body, headers: { "x-slack-signature": signed(body, secret, now) } }),
    (body, now, random) => ({
      body,
      headers: stamp(now, `v0=${Buffer.from(String(random())).toString("hex").padEnd(64, "0").slice(0, 64)}`),
    }),
    // Signed by another secret.
    (body, now, random) => ({ body, headers: stamp(now, signed(body, `guess-${random()}`, now)) }),
    (body, now) => ({ body, headers: stamp(now, signed(body, "", now)) }),
    // One digit off.
    (body, now, random) => ({
      body,
      headers: stamp(now, flip(signed(body, secret, now), 3 + Math.floor(random() * 64))),
    }),
    // Another body under a genuine signature.
    (body, now) => ({ body: `${body}&text=freeze`, headers: stamp(now, signed(body, secret, now)) }),
    (body, now) => ({ body: body.replace("ack", "resolve"), headers: stamp(now, signed(body, secret, now)) }),
    // Another time under a genuine signature.
    (body, now) => ({ body, headers: stamp(now + 1, signed(body, secret, now)) }),
    // Another version, another case, cut, doubled.
    (body, now) => ({ body, headers: stamp(now, signed(body, secret, now).replace("v0=", "v1=")) }),
    (body, now) => ({ body, headers: stamp(now, signed(body, secret, now).slice(3)) }),
    (body, now) => ({ body, headers: stamp(now, signed(body, secret, now).toUpperCase()) }),
    (body, now) => ({ body, headers: stamp(now, signed(body, secret, now).slice(0, 40)) }),
    (body, now) => ({ body, headers: stamp(now, `${signed(body, secret, now)}00`) }),
    // Genuine, but not of now: five minutes both ways.
    (body, now) => ({ body, headers: stamp(now - 301, signed(body, secret, now - 301)) }),
    (body, now) => ({ body, headers: stamp(now + 302, signed(body, secret, now + 302)) }),
    (body, now) => ({
      body,
      headers: { "x-slack-request-timestamp": `${now}x`, "x-slack-signature": signed(body, secret, now) },
    }),
    (body, now) => ({
      body,
      headers: { "x-slack-request-timestamp": "NaN", "x-slack-signature": signed(body, secret, now) },
    }),
  ];
}

test("forged requests do nothing, genuine ones all do", async () => {
  const forged = promised(10_000, 200);
  const genuine = promised(1_000, 20);
  await using database = await withDatabase();
  const asked: unknown[][] = [];
  await using bot = await startSlackBot({ database, desk: notingDesk(asked) });
  const secret = bot.slack.signingSecret;
  const random = seededRandom(11);
  const ways = forgeries(secret);
  const send = async ({ body, headers }: Attempt) =>
    (await fetch(`${bot.url}/slack/events`, { method: "POST", headers: { "content-type": form, ...headers }, body }))
      .status;

  const statuses = new Map<number, number>();
  for (let sent = 0; sent < forged; sent += 20) {
    const now = Math.floor(Date.now() / 1_000);
    const batch = Array.from({ length: 20 }, (_, k) =>
      ways[(sent + k) % ways.length]?.(genuineBody(sent + k), now, random),
    );
    for (const status of await Promise.all(batch.map(async (attempt) => (attempt ? await send(attempt) : 0))))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].sort()).toEqual([401]);
  expect(asked).toEqual([]);

  let accepted = 0;
  for (let sent = 0; sent < genuine; sent += 10) {
    const now = Math.floor(Date.now() / 1_000);
    const batch = Array.from({ length: 10 }, (_, k) => {
      const body = genuineBody(sent + k);
      return send({
        body,
        headers: { "x-slack-request-timestamp": String(now), "x-slack-signature": signed(body, secret, now) },
      });
    });
    accepted += (await Promise.all(batch)).filter((status) => status === 200).length;
  }
  expect(accepted).toBe(genuine);
  await vi.waitFor(() => expect(new Set(asked.map(([, id]) => id)).size).toBe(genuine), 20_000);
  promiseFigure(
    "S1",
    `${grouped(forged)} forged, ${grouped(genuine)} genuine`,
    `0 forged accepted, ${grouped(accepted)} genuine handled`,
  );
});

test("a body of more than 1 MB is not read, also under a genuine signature", async () => {
  await using database = await withDatabase();
  const asked: unknown[][] = [];
  await using bot = await startSlackBot({ database, desk: notingDesk(asked) });
  const now = Math.floor(Date.now() / 1_000);
  const post = async (body: string) =>
    await fetch(`${bot.url}/slack/events`, {
      method: "POST",
      headers: {
        "content-type": form,
        "x-slack-request-timestamp": String(now),
        "x-slack-signature": signed(body, bot.slack.signingSecret, now),
      },
      body,
    }).then(
      ({ status }) => status,
      // The server may close the connection while the rest is still being sent.
      () => 413,
    );
  const big = await post(`${genuineBody(1)}&padding=${"x".repeat(1_200_000)}`);
  expect(big).toBeGreaterThanOrEqual(400);
  expect(asked).toEqual([]);
  expect(await post(`${genuineBody(2)}&padding=${"x".repeat(900_000)}`)).toBe(200);
  await vi.waitFor(() => expect(asked).toEqual([["acknowledge", "2", "slack:U0LOCALLEAD"]]));
  promiseFigure("S1", "bodies of 0.9 and 1.2 MB", "0.9 MB handled, 1.2 MB refused");
});
