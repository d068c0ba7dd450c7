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
