import { DIGITS, ERROR, INFO, type Layout, LETTERS, LOG4PERL, LOWER, NCCL, UNREAL, UPPER, WARN } from "./layout.ts";

const TALK = { ready: INFO, event: INFO, wait: INFO };
const MARKS = {
  "✓": INFO,
  "✔": INFO,
  "○": INFO,
  "⚠": WARN,
  "⨯": ERROR,
  "✗": ERROR,
  "✖": ERROR,
  "✘": ERROR,
  "❌": ERROR,
};

/** What single programs write at the beginning of a line, and no general rule reads. */
export const OPENINGS: readonly Layout[] = [
  // NestJS: `[Nest] 1  - 11/20/2026, 10:27:36 PM`
  { first: "[", form: /\[\w{1,32}\] +\d{1,10} +- (?=\d)/y, ends: false },
  // Gin
  { first: "[", form: /\[GIN-(debug)\] (?!\[)/y, ends: true },
  // PyTorch: the process of a group, before its header.
  { first: "[", form: /\[rank\d{1,5}\]:(?=\[)/y, ends: false },
  // Puma: the number of the process.
  { first: "[", form: /\[\d{1,7}\] - /y, ends: true },
  // Rails: the request; a header of its own may follow.
  { first: "[", form: /\[[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\] +(?=\d{4}-\d\d-\d\d[T ])/y, ends: false },
  { first: "[", form: /\[[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\] +/y, ends: true },
  // vLLM and Ray: the process.
  { first: "(", form: /\([A-Za-z][\w ]{0,64} pid=\d{1,10}\) (?=[A-Z]{4,8} )/y, ends: false },
  // Erlang's reports.
  {
    first: "=",
    form: /=([A-Z]{4,10}) REPORT==== [^\n]{10,60} ===(?=\n)/y,
    ends: true,
    levels: { ERROR, CRASH: ERROR, SUPERVISOR: ERROR, WARNING: WARN, INFO, PROGRESS: INFO },
  },
  // Passenger: level, time, process and place in one bracket; and what an application of its writes.
  {
    first: "[",
    form: /\[ ([CEWNIDV])\d? \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6} [^\]\n]{1,160} \]: (?:\[Client [\w-]{1,32}\] )?/y,
    ends: true,
    levels: { ...LETTERS, C: ERROR, N: INFO },
  },
  { first: "A", form: /App \d{1,7} (?:output|stdout|stderr): /y, ends: false },
  // nginx before its log is open, and its kin: `nginx: [emerg] `, `shop: [ERROR] `.
  { first: LOWER, next: "[", inWord: ":", form: /[\w.-]{1,32}: \[([A-Za-z]{3,8})\] /y, ends: true },
  { first: LOWER, next: UPPER, inWord: ":", form: /[\w.-]{1,32}: ([A-Z]{4,8}) (?=\S)/y, ends: true },
  // s6 and programs that talk to a person: `s6-rc: info: `. Of `open: error: denied` the name may belong to the sentence.
  { first: LOWER, next: "diw", inWord: ":", form: /[\w.-]{1,32}: (debug|info|warn|warning): (?=\S)/y, ends: true },
  { first: LOWER, next: "ef", inWord: ":", form: /(?=[\w.-]{1,32}: (error|fatal): \S)/y, ends: true },
  // WebLogic: fields in angle brackets.
  { first: "<#", form: /(?:####)?<(?=[A-Z][a-z]{2} \d)/y, ends: false },
  // log4j and SLF4J about themselves.
  { first: "l", form: /log4j:([A-Z]{4,5}) /y, ends: true },
  { first: "S", form: /SLF4J\(([IWE])\): /y, ends: true, levels: LETTERS },
  // logcat: `E/Tag( 1234): `
  { first: "VDIWEF", form: /([VDIWEF])\/[^\s(:]{1,64}\( *\d{1,7}\): /y, ends: true, levels: LETTERS },
  // MinIO's operator: `E: 2026/11/20 22:27:36 `.
  { first: "VDIWEF", form: /([VDIWEF]): (?=\d{4}[-/]\d\d)/y, ends: false, levels: LETTERS },
  // qBittorrent
  {
    first: "(",
    form: /\(([NIWC])\) (?=\d{4}-\d\d-\d\dT)/y,
    ends: false,
    levels: { ...LETTERS, N: INFO, C: ERROR },
  },
  // Tendermint and the chains on it.
  { first: "DIWEF", form: /([DIWEF])(?=\[\d{4}-\d\d-\d\d\|\d)/y, ends: false, levels: LETTERS },
  // Meteor
  {
    first: "DIWEF",
    form: /([DIWEF])\d{8}-\d\d:\d\d:\d\d\.\d{3}\(-?\d{1,4}(?:\.\d{1,2})?\)\?? (?:\([\w./-]{1,128}:\d{1,6}\) )?/y,
    ends: true,
    levels: LETTERS,
  },
  // llama.cpp: minutes, seconds, milli- and microseconds since the start.
  { first: DIGITS, next: "DIWE", form: /\d{1,6}\.\d\d\.\d{3}\.\d{3} ([DIWE]) +/y, ends: true, levels: LETTERS },
  // NCCL and its kin: host, process and thread.
  { first: LOWER + UPPER, next: "[", inWord: ":", form: NCCL, ends: true, levels: { VERSION: INFO } },
  // gvmd: GLib's domain and group, and the time behind the level.
  {
    first: "m",
    next: LOWER,
    form: /md +\w{1,16}: *([A-Z]{4,8}):\d{4}-\d\d-\d\d \d\dh\d\d\.\d\d \w{1,5}:\d{1,10}: +/y,
    ends: true,
    levels: { MESSAGE: INFO },
  },
  // Factorio: seconds since the start, level and place.
  {
    first: DIGITS,
    next: UPPER,
    form: /\d{1,8}\.\d{3} (Verbose|Debug|Info|Warning|Error) \w[\w.]{0,64}\.\w{1,4}:\d{1,6}: /y,
    ends: true,
  },
  // winston: the level glued to a local time.
  {
    first: "twdvie",
    inWord: "[",
    form: /(trace|debug|verbose|info|warn|error)(?=\[\d{1,2}\/\d{1,2}\/\d{4},? \d)/y,
    ends: false,
  },
  // GLib: program, process and domain, and perhaps the time.
  {
    first: "(*",
    form: /(?:\*\* )?\([^()\s]{1,64}:\d{1,10}\): (?:[\w.-]{1,64}-)?(ERROR|CRITICAL|WARNING|Message|INFO|DEBUG)(?: \*\*)?: (?:\d\d:\d\d:\d\d\.\d{3}: )?/y,
    ends: true,
    levels: { Message: INFO },
  },
  { first: "L", next: UPPER, form: UNREAL, ends: true, levels: { Display: INFO, Log: INFO } },
  // Chronicles
  { first: "FN", next: DIGITS, form: /(FAT|NTC) (?=\d{4}-\d\d-\d\d )/y, ends: false, levels: { FAT: 6, NTC: INFO } },
  // Julia
  { first: "[┌", form: /[[┌] (Debug|Info|Warning|Error): /y, ends: true },
  // Zig
  { first: "ewid", inWord: "(", form: /(error|warning|info|debug)\(\w{1,64}\): /y, ends: true },
  // Log4perl
  { first: "TDIWEF", form: LOG4PERL, ends: true },
  // signale: scope, mark and label.
  { first: "[", next: "›", form: /\[[^\]\n]{1,64}\] › (?:\S{1,3} +)?([a-z]{4,8}) +(?=\S)/y, ends: true },
  // webpack's server.
  {
    first: "<",
    next: "[",
    form: /<([eiwd])> (?:\[webpack[\w-]{0,64}\] )/y,
    ends: true,
    levels: { e: ERROR, w: WARN, i: INFO, d: 2 },
  },
  // log4j's TTCC: milliseconds since the start.
  { first: DIGITS, form: /\d{1,9} +(?=\[[^\]]{1,64}\] (?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) )/y, ends: false },
  // Zabbix: process, date and clock.
  { first: DIGITS, inWord: ":", form: /\d{1,10}:20\d{6}:\d{6}\.\d{3} (?=\S)/y, ends: true },
  // coturn: seconds since the start, the thread perhaps.
  {
    first: DIGITS,
    next: ":(",
    inWord: ":",
    form: /\d{1,10}: (?:\(\d{1,10}\))?: (?:(DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL): )?(?=\S)/y,
    ends: true,
  },
  // Ceph in a container: a word that is no level.
  { first: "d", form: /debug (?=\d{4}-\d\d-\d\dT\S{8,40} [0-9a-f]{8,16} +-?\d)/y, ends: false },
  // Microsoft's console for systemd: category and event.
  { first: UPPER, after: ">", form: /[A-Z]\w{0,64}(?:\.\w{1,64}){1,8}\[\d{1,9}\] (?=\S)/y, ends: true },
  // Next.js and other programs that talk to a person.
  { first: "✓✔○⚠⨯✗✖✘❌", form: /([✓✔○⚠⨯✗✖✘❌])\ufe0f? +/y, ends: true, levels: MARKS },
  { first: "-", form: /- (ready|info|event|wait|warn|error) +/y, ends: true, levels: TALK },
  { first: "riew", form: /(ready|info|event|wait|warn|error) +- /y, ends: true, levels: TALK },
];
