import { expect, test } from "vitest";
import { digestChart, digestMail } from "../../../../src/bot/email/digest-mail.ts";
import { digestText } from "../../../../src/bot/email/digest-text.ts";
import { clockOf } from "../../../../src/bot/email/mail-words.ts";
import { busyDigest, quietDigest } from "../../../support/digests.ts";

const options = {
  timeZone: "Europe/Berlin",
  from: "kubemend@example.com",
  key: "k",
  link: (id: string) => `https://kubemend.example.com/incidents/${id}`,
  chart: undefined,
};

test("the plain text says everything, in the reader's own time", () => {
  expect(digestText(busyDigest, clockOf("Europe/Berlin"), options.link)).toMatchInlineSnapshot(`
    "berlin, Fri 20 Nov, 08:00 CET to Sat 21 Nov, 08:00 CET

    Opened           3, 2 fewer than before
    Resolved         2, as before
    Open now         1
    Time to detect   12 s on average, median 9 s (3 incidents)
    Time to recover  5 min on average, median 5 min (2 incidents)

    OPEN
    - [medium] volume data-carts-db-0 will run out in about 5 h (3 to 8 h) (Sat 21 Nov, 06:00, acknowledged)
      https://kubemend.example.com/incidents/14

    ALSO OPENED IN THIS TIME
    - [high] carts is killed for exceeding its memory limit (Fri 20 Nov, 23:00, resolved after 4 min 20 s)
      memory limit too low, Deployment shop/carts, almost certain (97 %)
      https://kubemend.example.com/incidents/12
      and 1 more: https://kubemend.example.com/incidents

    CAUSES
    - 2 x memory limit too low, last at Deployment shop/carts

    CHANGES
    - Change resources of Deployment shop/carts (Fri 20 Nov, 23:01, incident 12): it helped
    - Restart Deployment shop/orders (Sat 21 Nov, 00:00, incident 13): undone

    RUNNING OUT
    - data-carts-db-0 will be full in about 5 h (3 to 8 h); incident 14, open

    NOISY DETECTORS (their incidents went away before anybody did anything)
    - latency: 2 of 3

    RISKS
    - new: StatefulSet shop/carts-db: carts-db is one database without a second instance; carts and orders stop with it.
      Run a second instance, or know how long a restore takes.
      and 4 more

    SILENCES THAT END SOON
    - Deployment shop/payment until Sat 21 Nov, 13:00, by Ada: moves to the new provider"
  `);
});

test("the HTML says the same as the text", () => {
  const { html, text } = digestMail(busyDigest, options);
  const shown = html
    .replace(/<head>.*<\/head>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/[(),:]|\s+/g, " ")
    .toLowerCase();
  for (const fact of text.split("\n").filter((line) => /^- /.test(line))) {
    for (const word of fact
      .slice(2)
      .replace(/\[\w+\]| x |new: |[(),:]/g, " ")
      .split(/\s+/)
      .filter((one) => one.length > 3)) {
      expect(shown).toContain(word.toLowerCase());
    }
  }
});

test("a quiet day is told in few words, without a chart", () => {
  const mail = digestMail(quietDigest, options);
  expect(mail.subject).toBe("berlin: daily digest, all quiet");
  expect(mail.text.split("\n").length).toBeLessThan(14);
  for (const part of [mail.text, mail.html])
    expect(part).toContain("All quiet: no incident was opened, and none is open.");
  expect(digestChart(quietDigest, "UTC")).toBeUndefined();
});

test("a busy day says in the subject what happened", () => {
  expect(digestMail(busyDigest, options).text).not.toContain("All quiet");
  expect(digestMail(busyDigest, options).html.split("data-carts-db-0 will run out")).toHaveLength(2);
  expect(digestMail(busyDigest, options).subject).toBe("berlin: daily digest, 3 opened, 2 resolved, 1 open");
});

test("hostile text stays text", () => {
  const [risk] = busyDigest.risks;
  if (!risk) throw new Error("the fixture has a risk");
  const nasty = '<script>alert(1)</script><img src=x onerror=alert(1)>"\u202e' as typeof risk.text;
  const { html } = digestMail(
    { ...busyDigest, cluster: "a\r\nBcc: eve@example.com", risks: [{ ...risk, text: nasty }] },
    options,
  );
  expect(html).not.toMatch(/<script|<img src=x/);
  expect(html).toContain("&lt;script&gt;");
  expect(html).toContain("[U+202E]");
});

test("the bars are those of the digest", () => {
  const chart = digestChart(busyDigest, "UTC");
  expect(chart?.bars).toHaveLength(12);
  expect(chart?.bars.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0)).toBe(3);
});

test("the newest entry of the audit stands in both parts: a mailbox keeps what a database could take back", () => {
  const audit = { seq: 1203, hash: "a".repeat(64) };
  const { text, html } = digestMail({ ...busyDigest, audit }, options);
  // The command is whole: it is copied into a terminal. Its hash is in it once, and nowhere else.
  for (const part of [text, html]) expect(part).toContain(`kubemend audit verify --mark 1203:${"a".repeat(64)}`);
  for (const part of [text, html]) expect(part.split("a".repeat(64))).toHaveLength(2);
  expect(digestMail(busyDigest, options).text).not.toContain("audit");
});
