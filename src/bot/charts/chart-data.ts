/** Points of one line, oldest first; times in ms. */
export interface ChartLine {
  readonly label: string;
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
