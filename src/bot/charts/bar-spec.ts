import type { TopLevelSpec } from "vega-lite";
import type { BarData } from "./chart-data.ts";

/** Names of the slices in the reader's own time zone: a weekday for whole days, the clock for shorter ones. */
function sliceNames({ bars, sliceMs, timeZone }: BarData): string[] {
  const style: Intl.DateTimeFormatOptions =
    sliceMs >= 86_400_000
      ? { weekday: "short", day: "numeric", timeZone }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  const format = new Intl.DateTimeFormat("en-GB", style);
  return bars.map(({ at }) => format.format(at));
}

/** A Vega-Lite specification of the bars; pure. */
export function barSpec(data: BarData): TopLevelSpec {
  const names = sliceNames(data);
  const values = data.bars.flatMap(({ counts }, bar) =>
    counts.map((count, index) => ({ bar, count, index, label: data.labels[index]?.label ?? "" })),
  );
  const most = Math.max(1, ...data.bars.map(({ counts }) => counts.reduce((sum, one) => sum + one, 0)));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: 10,
    // A phone shows it at three quarters of its size: the letters are still read there.
    width: 380,
    height: 140,
    title: { text: data.title, anchor: "start", fontSize: 15 },
    data: { values },
    mark: { type: "bar" },
    encoding: {
      x: {
        field: "bar",
        type: "ordinal",
        axis: {
          title: null,
          labelAngle: 0,
          labelOverlap: "greedy",
          labelExpr: `${JSON.stringify(names)}[datum.value]`,
        },
      },
      y: {
        field: "count",
        type: "quantitative",
        aggregate: "sum",
        scale: { domain: [0, Math.max(4, most)] },
        axis: { title: null, format: "d", tickCount: 4, tickMinStep: 1 },
      },
      color: {
        field: "label",
        type: "nominal",
        scale: { domain: data.labels.map(({ label }) => label), range: data.labels.map(({ colour }) => colour) },
        legend: { title: null, orient: "bottom", columns: 4 },
      },
      order: { field: "index", type: "quantitative", sort: "descending" },
    },
    config: {
      font: "DejaVu Sans",
      axis: { labelFontSize: 13, gridColor: "#e5e7eb", domainColor: "#9ca3af" },
      legend: { labelFontSize: 13 },
      view: { stroke: null },
    },
  };
}
