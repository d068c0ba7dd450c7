import { describe, expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createSeriesStore } from "../../../../src/cluster/series-store.ts";
import type { DerivedPoint } from "../../../../src/cluster/signal.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { createSeasons, type SeasonPoint, type Seasons } from "../../../../src/detection/metrics/seasonal-baseline.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";
import { insertSamples } from "../../../../src/store/cluster/samples.ts";
import { readSeason } from "../../../../src/store/cluster/season.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Monday. */
const monday = Date.parse("2026-11-02T00:00:00Z");
const labels = { namespace: "shop", workload: "web" };
const hourOf = (at: number) => (at % day) / hour;
const isWeekend = (at: number) => [0, 6].includes(new Date(at).getUTCDay());

type Shape = (at: number) => number;

/** Ten minutes a point is enough for half-hours. */
function lived(shape: Shape, from: number, to: number, seasons: Seasons = createSeasons()): Seasons {
  const store = createSeriesStore();
  for (let at = from; at < to; at += 10 * minute) {
    store.push("requests_per_second", labels, at, shape(at));
    seasons.learn(store);
  }
  return seasons;
}
const office: Shape = (at) => (hourOf(at) >= 8 && hourOf(at) < 20 ? 50 : 1);
const usual = (seasons: Seasons, at: number, value: number) =>
  seasons.isUsual("requests_per_second", labels, at, value);

describe("what is usual", () => {
  const week = lived(office, monday, monday + 5 * day);
  const next = monday + 5 * day;
  test.each<[string, number, number, boolean]>([
    ["the load of the day is usual at noon", 12, 55, true],
    ["and not in the night", 3, 55, false],
    ["the quiet of the night is usual in the night", 3, 1, true],
    ["and not at noon", 12, 1, false],
    ["a flood is not usual at noon either", 12, 200, false],
    ["what comes half an hour early is usual", 7.6, 50, true],
    ["two hours early is not", 5.5, 50, false],
  ])("%s", (_title, at, value, want) => expect(usual(week, next + at * hour, value)).toBe(want));

  test("nothing is usual before three days are known", () => {
    expect(usual(lived(office, monday, monday + 2 * day), monday + 2 * day + 12 * hour, 50)).toBe(false);
    expect(usual(lived(office, monday, monday + 3 * day + hour), monday + 3 * day + 12 * hour, 50)).toBe(true);
  });

  test("an incident of one day moves nothing", () => {
    const broken = lived((at) => (at >= monday + 2 * day && at < monday + 3 * day ? 0 : office(at)), monday, next);
    expect(broken.usualAt("requests_per_second", labels, next + 12 * hour)?.median).toBe(50);
    expect(usual(broken, next + 12 * hour, 0)).toBe(false);
  });

  test("where clocks are set back an hour after four weeks, the hour that is off is known from the third day on, not after weeks", () => {
    const set = monday + 28 * day;
    const shape: Shape = (at) => (isWeekend(at) ? 1 : office(at - (at >= set ? hour : 0)));
    const known = [0, 1, 2, 3, 4, 7].map((after) => {
      const seasons = lived(shape, monday, set + after * day);
      return usual(seasons, set + after * day + 8 * hour, 1) && usual(seasons, set + after * day + 20.8 * hour, 50);
    });
    expect(known).toEqual([false, false, true, true, true, true]);
  });

  test("weekends are told from weekdays, and one weekday from another once there are three of it", () => {
    const shape: Shape = (at) => (isWeekend(at) ? 1 : new Date(at).getUTCDay() === 1 ? 90 : office(at));
    const two = lived(shape, monday, monday + 13 * day + hour);
    const sunday = monday + 13 * day + 12 * hour;
    expect(two.usualAt("requests_per_second", labels, sunday)).toMatchObject({ of: "same-part-of-week", median: 1 });
    const four = lived(shape, monday, monday + 22 * day);
    expect(four.usualAt("requests_per_second", labels, monday + 21 * day + 12 * hour)).toMatchObject({
      of: "same-weekday",
      median: 90,
      days: 3,
    });
    expect(usual(two, sunday, 50)).toBe(false);
  });

  test("errors have no season: a failure of every night is one", () => {
    const store = createSeriesStore();
    const seasons = createSeasons();
    for (let at = monday; at < monday + 5 * day; at += 10 * minute) {
      store.push("error_ratio", labels, at, 0.3);
      seasons.learn(store);
    }
    expect(seasons.isUsual("error_ratio", labels, monday + 5 * day, 0.3)).toBe(false);
  });

  test.each<
    [string, (at: number) => number, (store: ReturnType<typeof createSeriesStore>, at: number, v: number) => void]
  >([
    [
      "gaps of hours",
      (at) => at,
      (store, at, v) => void (hourOf(at) % 5 < 2 || store.push("requests_per_second", labels, at, v)),
    ],
    [
      "values that are no number",
      (at) => at,
      (store, at, v) => store.push("requests_per_second", labels, at, at % (7 * minute) === 0 ? Number.NaN : v),
    ],
    [
      "a clock that jumps back for an hour a day",
      (at) => (hourOf(at) > 4 && hourOf(at) < 5 ? at - 3 * hour : at),
      (store, at, v) => store.push("requests_per_second", labels, at, v),
    ],
    [
      "every sample twice",
      (at) => at,
      (store, at, v) => {
        store.push("requests_per_second", labels, at, v);
        store.push("requests_per_second", labels, at, 9_999);
      },
    ],
  ])("%s leave it what it is", (_title, clock, push) => {
    const seasons = createSeasons();
    const store = createSeriesStore();
    for (let at = monday; at < next; at += 10 * minute) {
      push(store, clock(at), office(at));
      seasons.learn(store);
    }
    expect(seasons.usualAt("requests_per_second", labels, next + 13 * hour)?.median).toBeCloseTo(50);
    expect(seasons.usualAt("requests_per_second", labels, next + 2.5 * hour)?.median).toBeCloseTo(1);
  });

  test("what is older than four weeks is forgotten, also after a long silence", () => {
    const seasons = lived(office, monday, monday + 5 * day);
    expect(usual(seasons, monday + 40 * day + 12 * hour, 50)).toBe(false);
    lived(() => 7, monday + 40 * day, monday + 44 * day, seasons);
    expect(seasons.usualAt("requests_per_second", labels, monday + 44 * day + 12 * hour)).toMatchObject({
      median: 7,
      days: 4,
    });
  });

  test("the number of series is bounded, and who finds no place is counted", () => {
    const store = createSeriesStore();
    const seasons = createSeasons({ maxSeries: 10 });
    for (let i = 0; i < 25; i++) store.push("requests_per_second", { ...labels, workload: `w${i}` }, monday, 1);
    seasons.learn(store);
    expect(seasons.stats).toEqual({ series: 10, refused: 15 });
  });
});

test("a restart does not forget: captured samples say the same as the days that were seen", async () => {
  await using database = await withDatabase();
  const random = seededRandom(3);
  const number = {
    errorsPerSecond: 0,
    errorRatio: 0,
    latencyP50Seconds: 0.01,
    latencyP95Seconds: null,
    latencyMeanSeconds: 0.02,
  };
  const points: { at: number; value: number }[] = [];
  for (let at = monday; at < monday + 5 * day; at += 10 * minute)
    points.push({ at, value: office(at) * (0.9 + 0.2 * random()) });
  const sample = (cluster: string, factor: number) =>
    insertSamples(database, cluster, {
      nodes: [
        {
          at: monday,
          label: "good",
          node: "n1",
          ready: true,
          pods: 1,
          cpuRatio: 0.5,
          memoryRatio: null,
          filesystemRatio: null,
        },
      ],
      pods: [],
      deployments: points.map(({ at, value }) => ({
        at,
        label: "good" as const,
        namespace: "shop",
        deployment: "web",
        desired: 1,
        available: 1,
        updated: 1,
        requestsPerSecond: value * factor,
        ...number,
      })),
    });
  await sample("here", 1);
  await sample("elsewhere", 100);
  const rows = await readSeason(database, { cluster: "here", from: monday });
  expect(rows).toContainEqual({ name: "node_cpu_ratio", labels: { node: "n1" }, at: monday, value: 0.5 });
  expect(rows.some(({ name }) => name === "node_memory_ratio" || name === "latency_p95_seconds")).toBe(false);
  const seeded = createSeasons();
  seeded.seed(rows);
  const seen = lived((at) => points.find((point) => point.at === at)?.value ?? Number.NaN, monday, monday + 5 * day);
  for (const at of [2.2, 9.7, 13, 19.9]) {
    const [a, b] = [seeded, seen].map((one) =>
      one.usualAt("requests_per_second", labels, monday + 5 * day + at * hour),
    );
    expect(a?.median).toBeCloseTo(b?.median ?? Number.NaN, 3);
    expect(a?.days).toBe(5);
  }
  // What was seen since the start counts for more than what was captured of the same half-hour.
  const later = lived(() => 7, monday + 4 * day, monday + 5 * day);
  later.seed(rows);
  expect(later.usualAt("requests_per_second", labels, monday + 5 * day + 12 * hour)?.days).toBe(5);
  expect(later.usualAt("requests_per_second", labels, monday + 5 * day + 12 * hour)?.spread).toBeGreaterThan(0);
});

/** Days of a small shop in minutes, told to the whole of detection. */
function days(
  shape: (at: number) => { requests: number; latency: number },
  count: number,
  seed: Iterable<SeasonPoint> = [],
) {
  const observation = createObservation({ cluster: "test" });
  const seasons = createSeasons();
  seasons.seed(seed);
  let ids = 0;
  const engine = createDetectionEngine({
    observation,
    nextId: () => String(++ids),
    learnMs: hour,
    tickMs: minute,
    seasons,
  });
  for (const object of [...deployment({ app: "web" }), pod({ app: "web", at: monday - day }), service("web")])
    engine.ingest({ type: "object", at: monday, change: "ADDED", object: object as never });
  const random = seededRandom(11);
  const opened: { at: number; title: string }[] = [];
  for (let at = monday; at < monday + count * day; at += minute) {
    const { requests, latency } = shape(at);
    const noise = 0.95 + 0.1 * random();
    const point = (name: DerivedPoint["name"], value: number): DerivedPoint => ({
      name,
      labels,
      at,
      value: value * noise,
    });
    const points = [
      point("requests_per_second", requests),
      point("errors_per_second", 0),
      point("error_ratio", 0),
      point("latency_mean_seconds", latency),
    ];
    engine.ingest({ type: "derived", at, source: "prometheus", points });
    for (const change of engine.tick(at).changes)
      if (change.type === "opened") opened.push({ at, title: change.incident.title });
  }
  return { opened, engine, seasons };
}

describe("a daily rhythm", () => {
  /** The shop closes at eight in the evening at once; at two, for an hour, a report makes everything slow. */
  const rhythm = (at: number) => ({
    requests: hourOf(at) >= 8 && hourOf(at) < 20 ? 20 : hourOf(at) >= 2 && hourOf(at) < 3 ? 3 : 0.0,
    latency: hourOf(at) >= 2 && hourOf(at) < 3 ? 1.2 : 0.05,
  });
  test("raises nothing once it is known, and its trouble at another hour does", () => {
    const { opened } = days((at) => {
      const usualDay = rhythm(at);
      // On the sixth day nobody can reach the shop at noon; on the seventh it is slow in the afternoon.
      if (at >= monday + 5 * day + 12 * hour && at < monday + 5 * day + 13 * hour) return { ...usualDay, requests: 0 };
      if (at >= monday + 6 * day + 15 * hour && at < monday + 6 * day + 16 * hour) return { ...usualDay, latency: 1.2 };
      return usualDay;
    }, 7);
    const known = opened.filter(({ at }) => at >= monday + 3 * day);
    expect(known.map(({ at }) => Math.floor((at - monday) / hour))).toEqual([5 * 24 + 12, 6 * 24 + 15]);
    // Without knowing the days it did raise: the test would see it.
    expect(opened.length).toBeGreaterThan(known.length);
  });
});
