import { DIGITS, ERROR, INFO, type Layout, LETTERS, LOG4PERL, LOWER, NCCL, UNREAL, UPPER, WARN } from "./layout.ts";

/** What single programs write into their headers behind a time, before a level, and no general rule reads. */

export const BEFORE_LEVEL: readonly Layout[] = [
  // Sanic: logger, level and peer without a space: `(sanic.access)[INFO][10.0.0.9:51234]: `.
  { first: "(", form: /\([\w.-]{1,64}\)\[([A-Z]{4,8})\](?:\[[^\]\n]{0,64}\])?: /y, ends: true },
  { first: LOWER + UPPER, next: "[", inWord: ":", form: NCCL, ends: true, levels: { VERSION: INFO } },
  { first: "L", next: UPPER, form: UNREAL, ends: true, levels: { Display: INFO, Log: INFO } },
  { first: "TDIWEF", form: LOG4PERL, ends: true },
  // Xorg and its kin.
  { first: "(", form: /\((EE|WW|II|DB)\) /y, ends: true, levels: { EE: ERROR, WW: WARN, II: INFO, DB: 2 } },
  // MediaMTX, go-logging and plog: words cut to three, four or five letters, of which one is a word.
  {
    first: "DWV",
    form: /(DEB|WAR|WARNI|VERB) +(?=\S)/y,
    ends: false,
    levels: { DEB: 2, WAR: WARN, WARNI: WARN, VERB: 2 },
  },
  // go-logging in Hyperledger Fabric: who called, and a number of the line.
  {
    first: LOWER + UPPER,
    next: "-",
    form: /[\w.]{1,64} -> ([A-Z]{4,5}) (?=[0-9a-f]{0,7}\d)[0-9a-f]{2,8} (?:(?:\[[\w-]{0,64}\]){1,2} (?=\S))?/y,
    ends: true,
  },
  {
    first: `${DIGITS}abcdef`,
    next: UPPER,
    form: /[0-9a-f]{3,8} ([A-Z]{4,5}) \[[\w.-]{1,64}\] [\w.]{1,64} -> /y,
    ends: true,
  },
  // MikroTik: topics; the last level among them is the worst.
  {
    first: LOWER,
    inWord: ",",
    form: /[a-z][a-z0-9-]{1,32}(?:,[a-z0-9!-]{1,32}){0,6},(debug|info|warning|error|critical)(?:,[a-z0-9!-]{1,32}){0,6} /y,
    ends: true,
  },
  // FreeSWITCH: how idle the machine is.
  { first: DIGITS, next: "[", form: /\d{1,3}\.\d\d% (?=\[)/y, ends: false },
  // Telegraf: a letter, and the plugin.
  { first: "DIWE", form: /([DIWE])! (?:\[[\w.:-]{1,128}\] )?/y, ends: true, levels: LETTERS },
  // Gitea: who speaks, and whose request it was.
  {
    first: LOWER + UPPER,
    next: "[",
    form: /[\w.:-]{1,128} \[([TDIWECF])\] (?:\[[0-9a-f]{6,16}\] )?/y,
    ends: true,
    levels: { ...LETTERS, T: 1, C: ERROR },
  },
  // Python with colons between the fields: `time:7:LEVEL:name:`, `time:name:LEVEL:`.
  {
    first: LOWER + UPPER + DIGITS,
    after: ":",
    inWord: ":",
    form: /(?:[\w.-]{1,128}:){1,3}([A-Z]{4,8}):(?:[\w.-]{1,128}:(?=\S))?(?=\S)/y,
    ends: true,
  },
  // NFS-Ganesha
  {
    first: "e",
    holds: " :",
    form: /epoch [0-9a-f]{8} : \S{1,64} : \S{1,64} \S{1,100} :[A-Z0-9_ ]{1,32} :([A-Z_]{3,10}) :/y,
    ends: true,
    levels: { EVENT: INFO, MAJ: ERROR, MID_DEBUG: 2, FULL_DEBUG: 2, M_DBG: 2, F_DBG: 2 },
  },
  // Python with the level behind the logger, and Kopf with the object: `keeper.rows [INFO] [east/a] `.
  {
    first: LOWER + UPPER,
    next: "[",
    form: /[\w.:-]{1,128} +\[ *([A-Za-z]{3,9}) *\] +(?:\[[\w.-]{1,128}\/[\w.-]{1,128}\] )?/y,
    ends: true,
  },
  // Emissary: `keeper [9 Main] 1.4.2 DEBUG: `.
  {
    first: LOWER,
    next: `${DIGITS}[`,
    form: /[\w.-]{1,64} (?:[\d.]{1,16} )?\[[^\]]{1,64}\] (?:[\d.]{1,16} )?([A-Z]{4,8}): /y,
    ends: true,
  },
  // Ceph's log of the cluster.
  {
    first: `${DIGITS}abcdef`,
    next: `-${DIGITS}`,
    holds: "log_channel",
    form: /[0-9a-f]{8,16} +-?\d{1,3} log_channel\(\w{1,32}\) log \[(DBG|INF|WRN|ERR|SEC)\] : /y,
    ends: true,
    levels: { DBG: 2, INF: INFO, WRN: WARN, ERR: ERROR, SEC: WARN },
  },
  // Ceph: thread and verbosity.
  { first: `${DIGITS}abcdef`, next: DIGITS, form: /[0-9a-f]{12,16} +\d{1,2} (?=\S)/y, ends: true },
  // Ceph: the thread, and -1 for an error.
  {
    first: `${DIGITS}abcdef`,
    next: "-",
    form: /[0-9a-f]{8,16} +(-1) (?:[\w.]{1,64} \d{1,10} )?/y,
    ends: true,
    levels: { "-1": ERROR },
  },
  // zap and slog: a level between two others, `LEVEL(-2)`, `DEBUG-4`.
  { first: "L", form: /(LEVEL)\(-?\d{1,3}\)/y, ends: false, levels: { LEVEL: 2 } },
  { first: "DIWE", form: /([A-Z]{4,5})[+-]\d{1,2}(?=[\t ])/y, ends: false },
  // Open Liberty: thread, class, and the kind of event.
  {
    first: `${DIGITS}abcdef`,
    next: LOWER + UPPER,
    holds: "  ",
    form: /[0-9a-f]{8} [\w.$-]{1,200} +([AIWEFDOCR]) +(?=\S)/y,
    ends: true,
    levels: { ...LETTERS, A: INFO, O: INFO, C: INFO, R: ERROR },
  },
  // WebLogic: level, subsystem, …, and the sentence in the last ones.
  {
    first: `>${UPPER}`,
    form: /[A-Za-z ]{0,40}> <([A-Z][A-Za-z]{2,10})> (?:<(?:[^<>]|<[^<>]*>){0,200}> ){1,12}</y,
    ends: true,
  },
  // The JVM's unified logging: `[12.3s][7][info][gc,start] `.
  {
    first: "[",
    form: /(?:\[[\d.,]{1,20}[mnu]?s?\]){0,6}\[(trace|debug|info|warning|error) *\]\[[\w,. +]{1,64}\] /y,
    ends: true,
  },
  { first: ";", form: /;([A-Za-z]{3,9});(?:[^; ]{1,64};){0,3}/y, ends: true },
  // TensorFlow: `I core/ledger.cc:12] `.
  { first: "IWEF", form: /([IWEF]) \S{1,200}:\d{1,6}\] /y, ends: true, levels: LETTERS },
  // MongoDB before 4.4 and QuestDB: `I NETWORK  [conn7] `, `E i.q.WriterPool `.
  { first: "DIWEF", form: /([DIWEF])\d? +(?:[A-Z]{3,12}|-) +\[[^\]]{1,64}\] /y, ends: true, levels: LETTERS },
  {
    first: "DIECA",
    form: /([DIECA]) (?:[a-z]\w{0,32}\.){2,8}\w{1,64} /y,
    ends: true,
    levels: { ...LETTERS, C: ERROR, A: INFO },
  },
  // pgpool
  {
    first: LOWER,
    next: `${DIGITS}p`,
    form: /(?:[a-z]\w{0,31} ){0,2}pid \d{1,10}: ([A-Z]{3,9}): +/y,
    ends: true,
    levels: { DETAIL: INFO, HINT: INFO, CONTEXT: INFO, QUERY: INFO, LOCATION: INFO },
  },
  // Redis: what it marks.
  { first: "#*", form: /([#*]) (?=[A-Z])/y, ends: true, levels: { "#": WARN, "*": INFO } },
  // RFC 5424 without its priority.
  { first: LOWER + UPPER, holds: " - ", form: /[\w.-]{1,128} [\w./-]{1,48} \d{1,10} \S{1,32} - (?=\S)/y, ends: true },
  // SQL Server: who wrote it, without a level.
  { first: "sSLB", form: /(?:spid\d{1,6}s?|Server|Logon|Backup) {3,}/y, ends: true },
  // java.util.logging: class and method, and the level on the next line.
  { first: LOWER + UPPER, holds: "\n", form: /[\w$]{1,64}\.[\w$.]{1,200} [\w$<>]{1,100}\n([A-Z]{4,7}): /y, ends: true },
  // easylogging++: a letter directly behind the fraction of a second; `I` is a word as well.
  {
    first: "VDIWEF",
    form: /(?<=:\d\d[.,]\d{1,9}(?:Z|[+-]\d\d:?\d\d)?\s)(?!I (?:am|can|could|did|do|got|ha|know|need|see|think|was|will|would))([VDIWEF]) (?=\w)/y,
    ends: true,
    levels: LETTERS,
  },
];
