import type { TopLevelSpec } from "vega-lite";
import type { ChartData, ChartMark, ChartPanel } from "./chart-data.ts";

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

/** Bytes read better in binary units, ratios in per cent; everything else as a short number. */
function axisFormat(unit: string): { scale: number; title: string; format: string } {
  if (unit === "bytes") return { scale: 1 / 2 ** 20, title: "MiB", format: ",.4~g" };
  if (unit === "ratio") return { scale: 100, title: "%", format: ",.3~g" };
  if (unit === "s") return { scale: 1_000, title: "ms", format: ",.4~g" };
  return { scale: 1, title: unit, format: ",.4~g" };
}

function panelSpec(panel: ChartPanel, data: ChartData, withTimes: boolean) {
  const axis = axisFormat(panel.unit);
  const rows = panel.lines.flatMap((line) =>
    line.points.map((point) => ({ at: point.at, value: point.value * axis.scale, line: line.label })),
  );
  const marks = data.marks.filter((mark) => mark.at >= data.from && mark.at <= data.to);
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
        data: { values: marks.map((mark) => ({ at: mark.at, label: mark.label, colour: markColours[mark.kind] })) },
        mark: { type: "rule" as const, strokeWidth: 1.5, strokeDash: [5, 3] },
        encoding: { x: time, color: { field: "colour", type: "nominal" as const, scale: null } },
      },
      {
        data: {
          values: marks.map((mark, i) => ({ at: mark.at, label: mark.label, colour: markColours[mark.kind], row: i })),
        },
        mark: {
          type: "text" as const,
          align: "left" as const,
          dx: 4,
          fontSize: 13,
          fontWeight: "bold" as const,
          clip: false,
        },
        encoding: {
          x: time,
          // Labels of marks that stand close together go below each other.
          y: { field: "row", type: "quantitative" as const, scale: { domain: [-0.8, 12], reverse: true }, axis: null },
          text: { field: "label", type: "nominal" as const },
          color: { field: "colour", type: "nominal" as const, scale: null },
        },
      },
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
    vconcat: data.panels.map((panel, i) => panelSpec(panel, data, i === data.panels.length - 1)),
  };
}
