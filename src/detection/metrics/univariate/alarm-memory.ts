/**
 * Turns surprise into news: what was alarming a moment ago is not news when it goes on, and a series that is always
 * a little surprising has to surprise more.
 */
export interface AlarmMemory {
  /** Surprise that has been reported and has not faded yet. */
  reported: number;
  /** Usual peak of the news in a block of rows. */
  background: number;
  blockPeak: number;
  blockRows: number;
  blocks: number;
}

/**
 * Reported surprise fades to 1/e within a twelfth of the history, at least 60 rows (one incident's ups and downs) and at
 * most 288 (a day of five-minute samples: tomorrow the same is news again).
 */
const fadeShare = 1 / 12;
const fadeRowsLeast = 60;
const fadeRowsMost = 288;
/** Rows over which the largest news counts once towards the background: about three hours of five-minute samples. */
const backgroundBlockRows = 32;
/** The background follows about the last ten blocks. */
const backgroundRate = 0.1;
/** A real alarm counts towards the background no more than this (a score of 0.4), or it would hide the next one. */
const backgroundCap = 0.5;
/** News must exceed this many times the usual peak; two leaves room for the spread of the peaks. */
const backgroundMargin = 2;

/** Nothing reported, and no background. */
export function createAlarmMemory(): AlarmMemory {
  return { reported: 0, background: 0, blockPeak: 0, blockRows: 0, blocks: 0 };
}

/**
 * @param surprise evidence of this row, 0 or more, on a logarithmic scale
 * @param rows rows of history including this one
 * @returns the part of it that is new, on the same scale
 */
export function newsIn(memory: AlarmMemory, surprise: number, rows: number): number {
  const unreported = Math.max(0, surprise - memory.reported);
  const news = Math.max(0, unreported - backgroundMargin * memory.background);
  const fadeRows = Math.min(fadeRowsMost, Math.max(fadeRowsLeast, fadeShare * rows));
  memory.reported = Math.max(memory.reported * Math.exp(-1 / fadeRows), surprise);
  memory.blockPeak = Math.max(memory.blockPeak, Math.min(unreported, backgroundCap));
  if (++memory.blockRows === backgroundBlockRows) closeBlock(memory);
  return news;
}

function closeBlock(memory: AlarmMemory): void {
  // Begun as the mean of the first blocks and two silent ones: a single early peak is no background.
  const rate = Math.max(backgroundRate, 1 / (++memory.blocks + 3));
  memory.background += rate * (memory.blockPeak - memory.background);
  memory.blockPeak = 0;
  memory.blockRows = 0;
}
