/** A layout that no general rule reads. */
export interface Layout {
  /** Sticky; its first group is the level, where it tells one. */
  readonly form: RegExp;
  /** Does the sentence follow? Otherwise more of the header does. */
  readonly ends: boolean;
  /** Characters with which it begins, and with which its second word does: both spare most lines the search. */
  readonly first: string;
  readonly next?: string;
  /** The character directly before it, and one that its first word holds: they spare the search to most of the others. */
  readonly after?: string;
  readonly inWord?: string;
  /** What the line holds behind its beginning. */
  readonly holds?: string;
  /** Levels that are written in no common way. */
  readonly levels?: Readonly<Record<string, number>>;
}

export const [INFO, WARN, ERROR] = [3, 4, 5];
export const LETTERS = { V: 1, D: 2, I: INFO, W: WARN, E: ERROR, F: 6 };
export const DIGITS = "0123456789";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const UPPER = LOWER.toUpperCase();

/** `LogLedger: Warning: `, as Unreal writes it. */
export const UNREAL = /Log[A-Z]\w{0,40}: (Display|Log|Verbose|Warning|Error|Fatal): /y;
/** `INFO> store.pl:12 main::open - `: the easy layout of Log4perl. */
export const LOG4PERL = /([A-Z]{4,5})> \S{1,200}:\d{1,6} (?:\S{1,200} )?- /y;
/** `node-3:71:99 [0] store.cc:12 NCCL WARN `: host, process, thread, rank, and perhaps the place. */
export const NCCL = /[\w.-]{1,128}:\d{1,10}:\d{1,10} \[\d{1,5}\] (?:\S{1,200}:\d{1,6} )?[A-Z]{3,6} ([A-Z]{4,7}) /y;
