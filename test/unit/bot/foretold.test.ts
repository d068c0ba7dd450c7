import { expect, test } from "vitest";
import { foretoldAt } from "../../../src/bot/foretold.ts";
import { renderIncident } from "../../../src/bot/slack/render/render-incident.ts";
import { timeLeftText } from "../../../src/detection/time-left.ts";
import { incidentView } from "../../support/incident-view.ts";

const min = 60_000;
const at = (day: number, hour: number, minute: number) => Date.UTC(2026, 10, day, hour, minute);

test.each([
  { name: "minutes", from: at(21, 6, 51), left: 18 * min, openedAt: at(21, 6, 51) + 20_000, want: at(21, 7, 9) },
  { name: "hours", from: at(21, 6, 51), left: 300 * min, openedAt: at(21, 6, 51), want: at(21, 11, 51) },
  { name: "days", from: at(21, 6, 51), left: 3 * 1_440 * min, openedAt: at(21, 6, 51), want: at(24, 6, 51) },
  { name: "said before midnight", from: at(21, 23, 59), left: 5 * min, openedAt: at(22, 0, 1), want: at(22, 0, 4) },
  { name: "said after midnight", from: at(22, 0, 0), left: 5 * min, openedAt: at(21, 23, 59), want: at(22, 0, 5) },
])("$name: the moment that a title of detection means", ({ from, left, openedAt, want }) => {
  const words = timeLeftText(from, { leftMs: left, soonestMs: left * 0.7, latestMs: left * 1.6 });
  const incident = { title: `carts will run out of memory ${words}`, openedAt, status: "open" } as const;
  expect(foretoldAt(incident)).toBe(want);
  expect(foretoldAt({ ...incident, status: "resolved" })).toBeUndefined();
  const shown = JSON.stringify(
    renderIncident({ ...incidentView, incident: { ...incidentView.incident, ...incident } }),
  );
  expect(shown).toContain(`expected <!date^${want / 1_000}^{date_short_pretty} {time}|`);
});

test("nothing is expected of what has happened", () => {
  expect(foretoldAt({ title: "carts answers slowly", openedAt: 1, status: "open" })).toBeUndefined();
  expect(JSON.stringify(renderIncident(incidentView))).not.toContain("expected");
});
