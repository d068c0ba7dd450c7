/** Points of one line, oldest first; times in ms. */
export interface ChartLine {
  readonly label: string;
  /** What the others must not pass: drawn as the bound it is, in the same colour in every picture. */
  readonly bound?: true;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/** A vertical rule: the onset, a change, the moment a fix was applied. */
export interface ChartMark {
  readonly at: number;
  readonly label: string;
  readonly kind: "onset" | "change" | "fix" | "recovery";
}

export interface ChartPanel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly ChartLine[];
}

/** What a chart shows: up to a few panels over one time axis, with the same marks in each. */
export interface ChartData {
  readonly from: number;
  readonly to: number;
  readonly panels: readonly ChartPanel[];
  readonly marks: readonly ChartMark[];
}

/** Stacked bars over time: one bar a slice, one colour a label. The order of `labels` is that of the stack, the first on top. */
export interface BarData {
  readonly title: string;
  readonly labels: readonly { readonly label: string; readonly colour: string }[];
  readonly bars: readonly { readonly at: number; readonly counts: readonly number[] }[];
  readonly sliceMs: number;
  readonly timeZone: string;
}

/** What the painter draws. */
export type Drawing = ChartData | BarData;
