/** Takes the increase of a counter (with the seconds it took), or the value of a gauge, at the time of the sample. */
export type SampleSink = (value: number, seconds: number, at: number) => void;

/** How the samples of one raw series are read. */
export interface Reading {
  readonly counter: boolean;
  readonly sink: SampleSink;
}
