/** A part of a text that must not leave: `from` is in it, `to` is not. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}
