import { DIGITS, type Layout, LOWER, UPPER } from "./layout.ts";

/** Behind a level. */
export const AFTER_LEVEL: readonly Layout[] = [
  // Bitnami
  { first: "=", form: /==> /y, ends: true },
  // Nexus: who asked for it.
  { first: "*", form: /\*[A-Z]{3,12} (?=[\w$]{1,64}\.)/y, ends: false },
  // OTP and lager: process, and who called.
  { first: "<", form: /<\d{1,6}\.\d{1,9}\.\d{1,6}>(?:@[\w:/.-]{1,128})? /y, ends: true },
  { first: "<", form: /<[\w./-]{1,128}:\d{1,6}> /y, ends: true },
  // CouchDB: node and process.
  { first: LOWER, holds: " ----", form: /[\w-]{1,64}@\S{1,128} (?:<[\d.]{3,24}>|\w{1,32}) -{4,16} /y, ends: true },
  // swift-log: the label, before who speaks.
  { first: LOWER + UPPER, next: ":", form: /[\w.-]{1,64} : (?=\[)/y, ends: false },
  // Karaf: the bundle.
  { first: DIGITS, form: /\d{1,5} - \S{1,128} - \S{1,64} +\| /y, ends: true },
  // TiDB and TiKV: the sentence is in brackets as well.
  { first: "[", form: /\[[\w./-]{1,128}:\d{1,6}\] (?=\[["\w])/y, ends: true },
  // Flask: the module.
  { first: "i", form: /in [\w.]{1,128}: (?=\S)/y, ends: true },
  // bunyan: name, process and host.
  {
    first: LOWER + UPPER,
    next: "o",
    form: /[^\s/]{1,64}(?:\/[^\s/]{1,64})?\/\d{1,10} on [\w.-]{1,128}: /y,
    ends: true,
  },
  // Django: module, process and thread.
  { first: LOWER + UPPER, next: DIGITS, form: /[\w.]{1,128} \d{1,10} \d{5,20} /y, ends: true },
  // Threads that are plain words: `main   a.b.Class `, `runtime-worker a::b: `.
  {
    first: LOWER + UPPER,
    next: LOWER,
    holds: "  ",
    form: /[\w-]{1,64} {2,32}(?=(?:[a-z]\w{0,32}\.){2,8}[A-Z]\w{0,64} )/y,
    ends: false,
  },
  {
    first: LOWER + UPPER,
    next: LOWER,
    holds: "::",
    form: /[\w-]{1,64} +(?=[a-z]\w{0,64}(?:::\w{1,64}){1,8}: )/y,
    ends: false,
  },
  // Odoo: the database.
  { first: `?${LOWER}`, next: "o", form: /(?:\?|\w{1,64}) (?=odoo\.[\w.]{1,128}: )/y, ends: false },
  // Microsoft's: category and event.
  { first: UPPER, holds: "] ", form: /[A-Z]\w{0,64}(?:\.\w{1,64}){1,8}\[\d{1,9}\] (?=\S)/y, ends: true },
  // log4j: a thread without brackets, class: `pool-3-thread-1 a.b.Class - `.
  {
    first: LOWER + UPPER,
    next: LOWER + UPPER,
    holds: " - ",
    form: /(?![A-Z][a-z]* )[A-Za-z][\w.:#-]{0,63} (?:[\w$]{1,64}(?:\.[\w$]{1,64}){2,12}|[A-Z]+_[A-Z_]{1,30}) +- (?=\S)/y,
    ends: true,
  },
  // Play: class and thread.
  {
    first: "f",
    next: LOWER + UPPER,
    form: /from (?:application|\w{1,64}(?:\.[\w$]{1,64}){1,12}) in [^\s]{1,128} - /y,
    ends: true,
  },
  // Helidon: class and thread.
  { first: LOWER + UPPER, next: "T", form: /[\w$.]{1,200} +Thread\[[^\]\n]{1,128}\]: /y, ends: true },
  // log4net and log4cplus: class and contexts.
  {
    first: LOWER + UPPER,
    next: "[<",
    holds: "> - ",
    form: /[\w$.]{1,200} +(?:\[[^\]\s]{1,64}\] )?<[^<>\s]{0,128}> - /y,
    ends: true,
  },
  // huey: behind the colon of the level logger and thread.
  {
    first: LOWER,
    after: ":",
    form: /[a-z][\w.]{0,128}:(?:MainThread|Scheduler|[A-Z][A-Za-z]{1,30}-\d{1,6}):(?=\S)/y,
    ends: true,
  },
  // Kratos: pairs up to that of the sentence.
  { first: "t", form: /ts=\S{1,64} (?:[\w.]{1,32}=\S{0,128} ){0,8}msg=/y, ends: true },
];
