import { expect, test } from "vitest";
import type { ChartData, ChartLine } from "../../../../src/bot/charts/chart-data.ts";
import { chartSpec } from "../../../../src/bot/charts/chart-spec.ts";

const points = [1, 2, 3].map((at) => ({ at, value: at }));
const pod = (label: string): ChartLine => ({ label, points });
const limit: ChartLine = { label: "limit", bound: true, points };

/** Colour and dash by the name of the line. */
function drawn(lines: readonly ChartLine[]) {
  const data: ChartData = {
    from: 0,
    to: 4,
    panels: [{ title: "carts: memory in use", unit: "bytes", lines }],
    marks: [],
  };
  const [panel] = (chartSpec(data) as unknown as { vconcat: { layer: { encoding: Record<string, Scaled> }[] }[] })
    .vconcat;
  const { color, strokeDash } = panel?.layer[0]?.encoding ?? {};
  const of = (scaled: Scaled | undefined) =>
    Object.fromEntries(scaled?.scale.domain.map((name, i) => [name, scaled.scale.range[i]]) ?? []);
  return { colour: of(color), dash: of(strokeDash) };
}
interface Scaled {
  readonly scale: { readonly domain: readonly string[]; readonly range: readonly unknown[] };
}

test("a pod that comes changes no colour of what was there", () => {
  const before = drawn([pod("carts-b"), limit]);
  const after = drawn([pod("carts-b"), pod("carts-a"), limit]);
  expect(after.colour).toMatchObject(before.colour);
  expect(new Set(Object.values(after.colour)).size).toBe(3);
});

test("a limit is drawn otherwise than what it limits", () => {
  const { dash } = drawn([pod("carts-b"), limit]);
  expect(dash["limit"]).not.toEqual(dash["carts-b"]);
});

interface Spec {
  readonly vconcat: readonly { readonly layer: readonly { readonly data: { readonly values: readonly Row[] } }[] }[];
}
interface Row {
  readonly at: number;
  readonly value?: number;
  readonly label?: string;
  readonly y?: number;
}

test("a limit holds until it is changed; what it limits is measured and has slopes", () => {
  const changing = [
    { at: 1_000, value: 8 },
    { at: 2_000, value: 8 },
    { at: 60_000, value: 2 },
  ];
  const lines = [
    { label: "carts-b", points: changing },
    { label: "limit", bound: true as const, points: changing },
  ];
  const data: ChartData = { from: 0, to: 70_000, panels: [{ title: "t", unit: "", lines }], marks: [] };
  const rows = (chartSpec(data) as unknown as Spec).vconcat[0]?.layer[0]?.data.values ?? [];
  expect(rows.map(({ at, value }) => `${at}: ${value}`)).toEqual([
    "1000: 8",
    "2000: 8",
    "60000: 2",
    "1000: 8",
    "2000: 8",
    "59999: 8",
    "60000: 2",
  ]);
});

test("words of marks stand above the first panel, in a row of their own where they would reach into each other", () => {
  const panel = { title: "t", unit: "", lines: [pod("carts-b")] };
  const marks = [
    { at: 10, label: "Deployment carts changed", kind: "change" as const },
    { at: 600, label: "onset", kind: "onset" as const },
    { at: 620, label: "fix applied", kind: "fix" as const },
    { at: 900, label: "resolved", kind: "recovery" as const },
  ];
  const { vconcat } = chartSpec({ from: 0, to: 1_000, panels: [panel, panel], marks }) as unknown as Spec;
  const words = vconcat.map(({ layer }) => layer[2]?.data.values ?? []);
  expect(words[1]).toEqual([]);
  expect(Object.fromEntries(words[0]?.map(({ label, y }) => [label, y]) ?? [])).toEqual({
    "Deployment carts changed": -0,
    onset: -17,
    "fix applied": -0,
    resolved: -0,
  });
});
