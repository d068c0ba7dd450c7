/**
 * How the time of the demo runs: the quiet minutes before the incident pass quickly, and from shortly before it the
 * recorded cluster lives in real time – at the very time it is now, so that what the database dates and what the cluster
 * dates fit together.
 */
export interface DemoTime {
  /** Where the recording's start lies on the virtual clock, Unix ms. */
  readonly startAt: number;
  readonly leadInSpeed: number;
  readonly leadInMarginMs: number;
}

const marginMs = 5_000;

/** Times are Unix ms, `now` a real one. Without `injectedAt` nothing is passed quickly and the recording starts now. */
export function demoTime(options: {
  recordingStart: number;
  injectedAt: number | undefined;
  leadInSpeed: number;
  now: number;
}): DemoTime {
  const { recordingStart, injectedAt, leadInSpeed, now } = options;
  const leadInMs = injectedAt === undefined ? 0 : Math.max(0, injectedAt - marginMs - recordingStart);
  return { startAt: now + leadInMs / leadInSpeed - leadInMs, leadInSpeed, leadInMarginMs: marginMs };
}
