import type { TopLevelSpec } from "vega-lite";
import type { ChartData, ChartLine, ChartMark, ChartPanel } from "./chart-data.ts";

const palette = ["#2563eb", "#d97706", "#7c3aed", "#0d9488", "#db2777", "#65a30d"];
const boundColour = "#4b5563";
const markColours: Readonly<Record<ChartMark["kind"], string>> = {
  onset: "#dc2626",
  change: "#6b7280",
  fix: "#2563eb",
  recovery: "#16a34a",
};
/** Chat shows a picture at 360 to 500 points, a phone at 300: wider ones have letters that nobody reads. */
const width = 600;
const panelHeight = 170;
const labelSize = 13;
const labelRowHeight = 17;
/** Bold letters of this font are two thirds as wide as they are high, on average. */
const labelWidth = (text: string) => text.length * labelSize * 0.68 + 8;

/** Bytes read better in binary units, ratios in per cent; everything else as a short number. */
function axisFormat(unit: string): { scale: number; title: string; format: string } {
  if (unit === "bytes") return { scale: 1 / 2 ** 20, title: "MiB", format: ",.4~g" };
  if (unit === "ratio") return { scale: 100, title: "%", format: ",.3~g" };
  if (unit === "s") return { scale: 1_000, title: "ms", format: ",.4~g" };
  return { scale: 1, title: unit, format: ",.4~g" };
}

/** The first panel has the words of the marks, the last one the times. */
interface Place {
  readonly first: boolean;
  readonly last: boolean;
}

/** A bound holds until it is changed: a slope between two samples would tell of values that never were. */
function shownPoints({ points, bound }: ChartLine): ChartLine["points"] {
  if (!bound) return points;
  return points.flatMap((point, i) => {
    const before = points[i - 1];
    const changed = before !== undefined && before.value !== point.value && point.at - before.at > 1;
    return changed ? [{ at: point.at - 1, value: before.value }, point] : [point];
  });
}

/**
 * Marks with the row above the chart in which the words stand, 0 the lowest. Those of an earlier one stand higher where they
 * would reach into a later one's, so that no rule runs through words; and none hide a line.
 */
function labelled(data: ChartData) {
  const xOf = (at: number) => ((at - data.from) / Math.max(1, data.to - data.from)) * width;
  const placed: { readonly from: number; readonly row: number }[] = [];
  return data.marks
    .filter((mark) => mark.at >= data.from && mark.at <= data.to)
    .sort((a, b) => b.at - a.at)
    .map((mark) => {
      const from = xOf(mark.at);
      const reached = placed.filter((other) => other.from < from + labelWidth(mark.label));
      const row = Math.max(-1, ...reached.map((other) => other.row)) + 1;
      placed.push({ from, row });
      return { at: mark.at, label: mark.label, colour: markColours[mark.kind], y: -row * labelRowHeight };
    });
}

function panelSpec(panel: ChartPanel, data: ChartData, { first: withLabels, last: withTimes }: Place) {
  const axis = axisFormat(panel.unit);
  const rows = panel.lines.flatMap((line) =>
    shownPoints(line).map((point) => ({ at: point.at, value: point.value * axis.scale, line: line.label })),
  );
  const marks = labelled(data);
  const atRow = { field: "y", type: "quantitative" as const, scale: null, axis: null };
  const time = {
    field: "at",
    type: "temporal" as const,
    // A utc scale: the picture is read in many time zones, the message beside it is not.
    scale: { type: "utc" as const, domain: [data.from, data.to] },
    axis: { title: withTimes ? "UTC" : null, format: "%H:%M:%S", tickCount: 6, labels: withTimes, grid: true },
  };
  const legend =
    panel.lines.length > 1 ? { title: null, orient: "bottom" as const, columns: 2, labelLimit: 280 } : null;
  return {
    width,
    height: panelHeight,
    title: { text: panel.title, anchor: "start" as const, fontSize: 15 },
    layer: [
      {
        data: { values: rows },
        mark: { type: "line" as const, strokeWidth: 2, interpolate: "linear" as const },
        encoding: {
          x: time,
          y: {
            field: "value",
            type: "quantitative" as const,
            scale: { zero: true, nice: true },
            axis: { title: axis.title, format: axis.format, tickCount: 4 },
          },
          color: {
            field: "line",
            type: "nominal" as const,
            // In the order of the lines: sorted by name, a pod that comes would change the colour of those that were there.
            scale: {
              domain: panel.lines.map(({ label }) => label),
              range: panel.lines.map(({ bound }, i) =>
                bound ? boundColour : (palette[i % palette.length] ?? boundColour),
              ),
            },
            legend,
          },
          strokeDash: {
            field: "line",
            type: "nominal" as const,
            scale: {
              domain: panel.lines.map(({ label }) => label),
              range: panel.lines.map(({ bound }) => (bound ? [6, 4] : [1, 0])),
            },
            legend,
          },
        },
      },
      {
        data: { values: marks },
        mark: { type: "rule" as const, strokeWidth: 1.5, strokeDash: [5, 3], clip: false },
        encoding: {
          x: time,
          ...(withLabels ? { y: atRow, y2: { value: panelHeight } } : {}),
          color: { field: "colour", type: "nominal" as const, scale: null },
        },
      },
      ...(withLabels
        ? [
            {
              data: { values: marks },
              mark: {
                type: "text" as const,
                align: "left" as const,
                baseline: "bottom" as const,
                dx: 4,
                fontSize: labelSize,
                fontWeight: "bold" as const,
                clip: false,
              },
              encoding: {
                x: time,
                y: atRow,
                text: { field: "label", type: "nominal" as const },
                color: { field: "colour", type: "nominal" as const, scale: null },
              },
            },
          ]
        : []),
    ],
    resolve: {
      scale: { y: "independent" as const, color: "independent" as const, strokeDash: "independent" as const },
    },
  };
}

/** A Vega-Lite specification of the chart; pure. */
export function chartSpec(data: ChartData): TopLevelSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: 14,
    config: {
      font: "DejaVu Sans",
      axis: { labelFontSize: 13, titleFontSize: 13, gridColor: "#e5e7eb", domainColor: "#9ca3af" },
      legend: { labelFontSize: 13 },
      view: { stroke: "#d1d5db" },
    },
    vconcat: data.panels.map((panel, i) =>
      panelSpec(panel, data, { first: i === 0, last: i === data.panels.length - 1 }),
    ),
  };
}
