import { expect, test } from "vitest";
import { keepPictures, type Pictures, showsOnset, thinned } from "../../../../src/app/pages/keep-pictures.ts";
import { createPages } from "../../../../src/app/pages/pages.ts";
import { buildView } from "../../../../src/app/view/build-view.ts";
import type { Clock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { savePicture } from "../../../../src/store/incidents/incident-pictures.ts";
import { getIncident } from "../../../../src/store/incidents/incidents.ts";
import { chart, fillIncident, topology } from "../../../support/filled-pages.ts";
import { clean } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const forgotten: Pictures = { chart: () => undefined, topology: () => undefined };

function pagesOver(database: TestDatabase, pictures: Pictures) {
  return createPages({
    cluster: "test",
    database,
    desk: {
      view: (id) => buildView(database, id),
      remembered: async () => undefined,
      postmortem: async () => undefined,
    },
    watching: { active: () => [], health: () => [] },
    pictures,
    redact: clean,
    clock: { now: () => chart.to },
    drops: () => [],
    models: {},
  });
}

/** Lets the keeper look `rounds` times. */
async function keep(database: TestDatabase, pictures: Pictures, rounds: number): Promise<void> {
  const incident = await getIncident(database, "7");
  if (!incident) throw new Error("unreachable: it was filled in");
  const stop = new AbortController();
  let slept = 0;
  const clock: Clock = {
    now: () => chart.to,
    sleep: async () => {
      if (slept++ === rounds) stop.abort();
    },
  };
  await keepPictures({
    database,
    pictures,
    incidents: () => [incident],
    clock,
    log: silentLogger,
    signal: stop.signal,
  });
}

test("chart and topology outlive the process; a process that has forgotten wipes nothing out", async () => {
  await using database = await withDatabase();
  const id = await fillIncident(database);
  expect(await pagesOver(database, forgotten).chart(id)).toBeUndefined();
  await keep(database, { chart: () => chart, topology: () => topology }, 1);
  expect(await pagesOver(database, forgotten).chart(id)).toEqual(chart);

  const late = {
    ...chart,
    panels: chart.panels.map((panel) => ({
      ...panel,
      lines: panel.lines.map((line) => ({ ...line, points: line.points.slice(-3) })),
    })),
  };
  const restarted: Pictures = { chart: () => late, topology: () => undefined };
  await keep(database, restarted, 2);
  const detail = await pagesOver(database, restarted).incident(id);
  expect(await pagesOver(database, restarted).chart(id)).toEqual(chart);
  expect(detail?.topology).toEqual(topology);
});

test("an incident whose picture cannot be made keeps no other from being kept", async () => {
  await using database = await withDatabase();
  await fillIncident(database);
  const broken: Pictures = {
    chart: () => {
      throw new Error("odd data");
    },
    topology: () => undefined,
  };
  await expect(keep(database, broken, 2)).resolves.toBeUndefined();
});

test("a picture of another version's shape counts as none", async () => {
  await using database = await withDatabase();
  const id = await fillIncident(database);
  await savePicture(database, id, {
    chart: { lines: [] },
    topology: { nodes: [], edges: [{ from: 0, to: 5, how: "", onPath: true }] },
  });
  const pages = pagesOver(database, forgotten);
  expect(await pages.chart(id)).toBeUndefined();
  expect((await pages.incident(id))?.topology).toBeUndefined();
});

test("of many points the peaks stay, in order", () => {
  const points = Array.from({ length: 40_000 }, (_, at) => ({
    at,
    value: at === 12_345 ? 99 : at === 30_000 ? -5 : at % 3,
  }));
  const kept = thinned(points);
  expect(kept.length).toBeLessThanOrEqual(600);
  expect(kept.map(({ value }) => value)).toEqual(expect.arrayContaining([99, -5]));
  expect(kept.every((point, i) => i === 0 || point.at > (kept[i - 1]?.at ?? 0))).toBe(true);
  expect(thinned(points.slice(0, 600))).toHaveLength(600);
});

test("a chart shows the onset when it begins before it", () => {
  const onset = chart.marks.find(({ kind }) => kind === "onset")?.at ?? 0;
  expect(showsOnset(chart, onset)).toBe(true);
  expect(showsOnset(chart, chart.from - 1)).toBe(false);
  expect(showsOnset({ ...chart, panels: [] }, onset)).toBe(false);
});
