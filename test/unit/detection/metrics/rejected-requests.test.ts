import { describe, expect, test } from "vitest";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;

/** Requests in five seconds by status, before and after; the image changes in between when told so. */
interface Story {
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly release: boolean;
}

function incidentsOf({ before, after, release }: Story): { readonly title: string; readonly afterMs: number }[] {
  const world = createWorld({ start });
  const counts = new Map<string, number>();
  const series = new Map<string, { name: string; labels: Record<string, string> }>();
  const serve = (load: Story["before"]) => {
    const at = world.now();
    const samples = Object.entries(load).map(([code, count], i) => {
      // Traffic is never the same twice.
      const noise = 1 + 0.2 * Math.sin(at / 7_000 + i);
      counts.set(code, (counts.get(code) ?? 0) + count * noise);
      const one = series.get(code) ?? {
        name: "http_requests_total",
        labels: { namespace: "shop", pod: "web-a1-x1", job: "pods", code, route: "/" },
      };
      series.set(code, one);
      return { series: one, value: counts.get(code) ?? 0, at };
    });
    world.engine.ingest({ type: "samples", at, samples });
  };
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), service("web"));
  world.run(4 * minute, () => serve(before));
  if (release) world.put(...deployment({ app: "web", generation: 2, image: "registry/web:2" }));
  const began = world.now();
  world.run(4 * minute, () => serve(after));
  return world.engine.incidents().map(({ title, openedAt }) => ({ title, afterMs: openedAt - began }));
}

test("a release that answers 404 where the old one served is told within a minute", () => {
  const told = incidentsOf({ before: { 200: 40, 404: 1 }, after: { 200: 15, 404: 26 }, release: true });
  expect(told.map(({ title }) => title)).toEqual([
    expect.stringMatching(/^web answers \d+ % of its requests with 4xx/),
  ]);
  expect(told[0]?.afterMs).toBeLessThanOrEqual(minute);
});

describe("not told is", () => {
  test.each<[string, Story]>([
    [
      "a scanner right after a release, that takes nothing away",
      { before: { 200: 40 }, after: { 200: 40, 404: 60 }, release: true },
    ],
    [
      "callers that ask for the wrong thing without a release",
      { before: { 200: 40 }, after: { 200: 15, 404: 25 }, release: false },
    ],
    [
      "a share of 404 that was always there",
      { before: { 200: 20, 404: 20 }, after: { 200: 20, 404: 20 }, release: true },
    ],
    [
      "a release after which fewer people come",
      { before: { 200: 40, 404: 2 }, after: { 200: 20, 404: 1 }, release: true },
    ],
    ["a few refusals more", { before: { 200: 40 }, after: { 200: 38, 403: 2 }, release: true }],
  ])("%s", (_title, story) => expect(incidentsOf(story)).toEqual([]));
});
