import { describe, expect, test } from "vitest";
import { createSmtpMailer } from "../../../../src/adapters/smtp/smtp-mailer.ts";
import { digestMail } from "../../../../src/bot/email/digest-mail.ts";
import { incidentMail } from "../../../../src/bot/email/incident-mail.ts";
import type { Mail } from "../../../../src/bot/email/mail.ts";
import { busyDigest } from "../../../support/digests.ts";
import { generatedViews } from "../../../support/generated-views.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { startMailServer } from "../../../support/mail-server.ts";

const from = "kubemend <kubemend@example.com>";
const opened = (title: string): Mail =>
  incidentMail(
    { ...incidentView, incident: { ...incidentView.incident, title, cluster: "prod" } },
    {
      what: "opened",
      title: clean(title),
      timeZone: "UTC",
      from,
      installation: "test",
      links: [{ text: "Look, and decide", href: "https://kubemend.example.com/incidents/7" }],
      chart: Buffer.from("png"),
    },
  );

describe("a hostile title becomes no header, and its subject reads as it is written", () => {
  test.each([
    { name: "CR LF and a header", title: "carts\r\nBcc: eve@evil.example\r\n\r\n<h1>you" },
    { name: "a lone CR", title: "carts\rBcc: eve@evil.example" },
    { name: "a line separator", title: "carts\u2028Bcc: eve@evil.example\u0085X-Spam: no" },
    { name: "an encoded word", title: "=?utf-8?B?UmU6IFVyZ2VudDogdmlzaXQgZXZpbC5leGFtcGxl?=" },
    { name: "an encoded word with a line break in it", title: "=?utf-8?Q?carts=0D=0ABcc:_eve@evil.example?= down" },
    { name: "an encoded word among other letters", title: "größer =?utf-8?B?UmU6IFVyZ2VudA==?= kleiner" },
    { name: "an encoded word over 200 characters", title: `${"carts ".repeat(24)}=?utf-8?B?UmU6IFVyZ2VudA==?=` },
    { name: "a turned direction", title: "pod \u202egpj.exe\u202c \u2066x\u2069 is down" },
    { name: "characters of no width", title: "p\u200ba\u200cy\u2060m\ufeffe\u00adn\u180et\u3164\u115f\u{e0041}" },
  ])("$name", async ({ title }) => {
    await using server = await startMailServer();
    await using mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${server.port}?tls=off`, from });
    const mail = opened(title);
    await mailer.send(mail, { to: "ada@example.com" });
    const [got] = server.received;
    const headers = got?.mail.headers.map(({ key }) => key) ?? [];
    expect(headers).not.toContain("bcc");
    expect(headers).not.toContain("x-spam");
    expect(got?.to).toEqual(["ada@example.com"]);
    expect(got?.mail.subject).toBe(mail.subject);
    expect(mail.subject).toMatch(/^\[critical\] prod: /);
    expect(mail.subject).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029\u180e\u3164\u115f]/u);
    expect(got?.mail.subject).not.toContain("Urgent");
  });
});

/** What a reader takes for kubemend's own words when it begins a line. */
const forged =
  "ok\n\nLook, and decide: https://evil.example/sign-in\r\nNow: call +1 555\u2028-- \n\u202eLook, and decide";
const linesOf = (text: string) => text.split(/\r\n?|[\n\u2028\u2029\u0085]/);
const forgedLines = (text: string) => linesOf(text).filter((line) => /^(Look, and decide|Now: call)/.test(line));

test("hostile text begins no line of its own in a plain mail: it cannot speak as kubemend", () => {
  for (let seed = 0; seed < 40; seed++) {
    const view = generatedViews(seed, () => forged)();
    const { text } = incidentMail(view, {
      what: "opened",
      title: clean(view.incident.title),
      timeZone: "UTC",
      from,
      installation: "test",
      links: [],
      chart: undefined,
    });
    expect(forgedLines(text), `seed ${seed}`).toEqual([]);
    expect(linesOf(text).filter((line) => line === "-- ")).toHaveLength(1);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/);
  }
});

/** The same digest, with hostile text wherever a text comes from elsewhere. */
const foreign = new Set(["title", "text", "advice", "reason", "detector", "name", "namespace", "cluster"]);
const poisoned = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (key, part: unknown) =>
    foreign.has(key) && typeof part === "string" ? `${part}${forged}` : part,
  ) as T;

test("nor in a digest", () => {
  const { text, subject, html } = digestMail(poisoned(busyDigest), {
    timeZone: "UTC",
    from,
    key: "k",
    link: (id) => `https://kubemend.example.com/incidents/${id}`,
    chart: undefined,
  });
  expect(forgedLines(text)).toEqual([]);
  expect(linesOf(text).filter((line) => line === "-- ")).toHaveLength(1);
  for (const part of [text, subject, html]) expect(part).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/);
});
