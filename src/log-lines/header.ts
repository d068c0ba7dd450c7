/** What precedes the message of a plain line. `message` is its offset; `level` a rank of level.ts, 0 when unstated. */
export interface Header {
  message: number;
  /** Offset of the component (`pkg.Class:`) that was taken directly before the message, -1 when there is none. */
  component: number;
  level: number;
  /** What a log daemon says of how severe it is, a rank too; what the line itself states counts more. */
  severity: number;
  /** Kind of the first time stamp; with `columns` the format of the line. */
  kind: number;
  columns: boolean;
  /** Did a log daemon write what precedes it? Then the program's own header follows. */
  wrapped: boolean;
  /** Bounds of the first time stamp, -1 when there is none. */
  timeStart: number;
  timeEnd: number;
}

/** Empty; filled anew for every line. */
export function createHeader(): Header {
  return {
    message: 0,
    component: -1,
    level: 0,
    severity: 0,
    kind: 0,
    columns: false,
    wrapped: false,
    timeStart: -1,
    timeEnd: -1,
  };
}
