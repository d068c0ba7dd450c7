import { describe, expect, test } from "vitest";
import { localTimes } from "../../../src/bot/local-times.ts";
import { renderIncident } from "../../../src/bot/slack/render/render-incident.ts";
import { words } from "../../../src/bot/web/words.ts";
import { clean, incidentView } from "../../support/incident-view.ts";
import { mailOf } from "../../support/mail-of.ts";

const noon = Date.UTC(2026, 4, 4, 12);
const iso = (ms: number) => new Date(ms).toISOString();

describe("a moment in a text that is kept is told in the reader's zone", () => {
  test.each([
    { text: "since 11:59:58 UTC.", around: noon, want: "since 2026-05-04T11:59:58.000Z." },
    { text: "from 06:51 UTC", around: noon, want: "from 2026-05-04T06:51:00.000Z" },
    {
      text: "23:59:59 UTC, before midnight",
      around: Date.UTC(2026, 4, 5, 0, 5),
      want: "2026-05-04T23:59:59.000Z, before midnight",
    },
    {
      text: "00:01:00 UTC, after midnight",
      around: Date.UTC(2026, 4, 4, 23, 59),
      want: "2026-05-05T00:01:00.000Z, after midnight",
    },
    { text: "on 2026-05-01 22:39:41 UTC", around: noon, want: "on 2026-05-01T22:39:41.000Z" },
    { text: "at 25:00:00 UTC, 12:00 CET, 12:00", around: noon, want: "at 25:00:00 UTC, 12:00 CET, 12:00" },
  ])("$text", ({ text, around, want }) => expect(localTimes(text, around, iso)).toBe(want));

  test("a text that is full of times does not grow without end", () => {
    const text = "12:00:00 UTC ".repeat(100);
    expect(localTimes(text, noon, () => "x".repeat(60)).length).toBeLessThan(text.length + 8 * 60);
  });
});

test("the summary has one zone with the times beside it: in Slack, on the page, in the mail", () => {
  const { diagnosis, incident } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const text = "It came with a rollout at 22:13:11 UTC <b>.";
  const view = { ...incidentView, diagnosis: { ...diagnosis, summary: clean(text) } };
  expect(JSON.stringify(renderIncident(view).blocks)).toContain(
    "a rollout at <!date^1699999991^{time_secs}|2023-11-14 22:13:11 UTC> &lt;b&gt;",
  );
  const html = words.prose(text, incident.onset);
  expect(html).toContain('<time datetime="2023-11-14T22:13:11.000Z" data-style="clock">22:13:11 UTC</time> &lt;b&gt;');
  const mail = mailOf(view);
  for (const part of [mail.text, mail.html]) expect(part).toContain("a rollout at 23:13:11 CET");
});
