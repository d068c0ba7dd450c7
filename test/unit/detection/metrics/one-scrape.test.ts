import { describe, expect, test } from "vitest";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;

interface Served {
  readonly requests: number;
  readonly code?: string;
  readonly seconds?: number;
}
/** What the workload counts by itself in a scrape. */
type Scrape = { readonly served: readonly Served[]; readonly errors?: number; readonly timeouts?: number };

const quiet = (requests: number): Scrape => ({ served: [{ requests }, { requests: 0, code: "500" }] });

/** Titles after half an hour of quiet traffic, then these scrapes (15 s apart) on top of it, then quiet again. */
function told(requests: number, scrapes: readonly Scrape[]) {
  const world = createWorld({ start, tickMs: 15_000, learnMs: 10 * minute });
  const series = new Map<string, { name: string; labels: Record<string, string>; value: number }>();
  const grown = (name: string, own: Record<string, string>, by: number) => {
    const key = `${name}${JSON.stringify(own)}`;
    const one = series.get(key) ?? {
      name,
      labels: { namespace: "shop", pod: "web-a1-x1", job: "pods", ...own },
      value: 0,
    };
    one.value += by;
    series.set(key, one);
    return { series: one, value: one.value, at: world.now() };
  };
  const scrape = ({ served, errors = 0, timeouts = 0 }: Scrape) => {
    // Traffic is never the same twice.
    const noise = 1 + 0.3 * Math.sin(world.now() / 40_000);
    const samples = [
      ...quiet(requests * noise).served,
      ...served,
      { requests: 0 },
      { requests: 0, code: "500" },
    ].flatMap(({ requests: count, code = "200", seconds = 0.05 }) => [
      grown("http_request_duration_seconds_count", { code }, count),
      grown("http_request_duration_seconds_sum", { code }, count * seconds),
    ]);
    const own = [grown("app_errors_total", { type: "Oops" }, errors), grown("db_pool_timeouts_total", {}, timeouts)];
    const newest = new Map([...samples, ...own].map((sample) => [sample.series, sample]));
    world.engine.ingest({ type: "samples", at: world.now(), samples: [...newest.values()] });
  };
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), service("web"));
  world.run(30 * minute, () => scrape({ served: [] }));
  let at = 0;
  world.run(10 * minute, () => scrape(scrapes[at++] ?? { served: [] }));
  return world.engine.incidents().map(({ title }) => title);
}

/** A batch that comes every five minutes, and nothing else. */
const batches = (scrape: Scrape) => Array.from({ length: 40 }, (_, i) => (i % 20 === 4 ? scrape : { served: [] }));

const again = (times: number, scrape: Scrape) => Array.from({ length: times }, () => scrape);
const failing: Scrape = { served: [{ requests: 3, code: "500" }] };
const slow: Scrape = { served: [{ requests: 1, seconds: 10 }] };

describe("what came in one scrape stays in the window of several, and is still one scrape", () => {
  test.each<[string, number, Scrape]>([
    ["three failed requests of few", 1, failing],
    ["three failed requests of some", 10, failing],
    ["one slow request beside three a scrape", 3, slow],
    ["one slow request beside ten a scrape", 10, slow],
    ["three errors that the application counts", 3, { served: [], errors: 3 }],
    ["two requests that gave up waiting for a connection", 3, { served: [], timeouts: 2 }],
  ])("%s", (_title, requests, scrape) => expect(told(requests, [scrape])).toEqual([]));
});

/** How long it takes to tell that so large a share fails, where a server scrapes once a minute and is asked every 15 s (ms). */
function toldAfter(perSecond: number, lost: number, factor = 1): number | undefined {
  const world = createWorld({ start, tickMs: 15_000, learnMs: 10 * minute });
  const labels = { namespace: "shop", workload: "web" };
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), service("web"));
  const tell = (share: number, times: number) => {
    const at = world.now();
    const requests = perSecond * times * (1 + 0.1 * Math.sin(Math.floor(at / minute)));
    const point = (name: "requests_per_second" | "errors_per_second" | "error_ratio", value: number) => ({
      name,
      labels,
      at,
      value,
    });
    const points = [
      point("requests_per_second", requests),
      point("errors_per_second", share * requests),
      point("error_ratio", share),
    ];
    world.engine.ingest({ type: "derived", at, source: "prometheus", points });
  };
  world.run(30 * minute, () => tell(0, 1));
  const from = world.now();
  world.run(5 * minute, () => tell(lost, factor));
  const [incident] = world.engine.incidents();
  return incident && incident.openedAt - from;
}

describe("what one scrape of a minute holds", () => {
  test("is told at once where most of many requests fail", () => {
    expect(toldAfter(5, 0.9)).toBeLessThanOrEqual(30_000);
  });

  test.each([
    ["where few fail", toldAfter(5, 0.3)],
    ["where few are asked for", toldAfter(0.3, 0.9)],
    ["where far more is asked for than usual: one batch may fail", toldAfter(5, 0.9, 3)],
  ])("waits for the next one %s", (_where, ms) => expect(ms).toBeGreaterThan(45_000));
});

describe("what comes again in the next scrapes is told", () => {
  test.each<[string, number, Scrape, RegExp]>([
    ["failed requests", 3, failing, /answers \d+ % of its requests with errors/],
    ["slow requests", 3, slow, /answers slowly/],
    ["errors that the application counts", 3, { served: [], errors: 3 }, /reports errors \(Oops\)/],
    ["requests that give up waiting", 3, { served: [], timeouts: 2 }, /runs out of pooled connections/],
  ])("%s", (_title, requests, scrape, title) =>
    expect(told(requests, again(6, scrape))).toEqual([expect.stringMatching(title)]));
});

test("batches that fail one after the other are told with the second", () => {
  const batch: Scrape = { served: [{ requests: 10, code: "500" }] };
  expect(told(0, batches(batch))).toEqual([expect.stringMatching(/answers \d+ % of its requests with errors/)]);
});

test("slow requests now and then are not", () => {
  expect(told(10, batches(slow))).toEqual([]);
});
