import { AT, cut, each, numbered, type Origin } from "./origins.ts";

/** The sources of the tenth round. Daemons in C: the place is `program: format`, noted by a preloaded library. */
export const recentOrigins: Readonly<Record<string, (raw: readonly string[]) => Origin[]>> = {
  /** Questions and answers are formats without a word of their own. */
  unbound: each((raw) => {
    const found = cut(AT, "", /^(?:\[\d+\] unbound\[\d+:\d+\] [a-z ]+: )?(.*)$/)(raw);
    return found && /: (?:%s ){2}/.test(found.place) ? { ...found, sentence: `logged ${found.sentence}` } : found;
  }),
  pgbouncer: each(cut(AT, "", /^\S+ \S+ UTC \[\d+\] [A-Z]+ (?:[CS]-0x[0-9a-f]+: \S+ )?(.*)$/)),
  clamd: each(cut(AT, "", /^(?:\w{3} \w{3} [ \d]\d [\d:]{8} \d{4} -> )?(.*)$/)),
  zabbix: each(cut(AT, "", /^ *\d+:\d{8}:\d{6}\.\d{3} (.*)$/)),
  jvm: each(cut(AT, "", /^\[\S+\]\[\w+ *\]\[[\w, ]+\] (.*)$/)),
  gearman: each(numbered(/ -> (\S+:\d+)$/, /^ *[A-Z]+ \S+ \S+ \[ *\w+ *\] (.*) -> \S+$/)),
  chasquid: each(numbered(/^\S+ \S+ \S (\w+\.go:\d+) /, /^\S+ \S+ \S \w+\.go:1 +(.*)$/)),
  orthanc: each(numbered(/^[WIET]\d{4} \S+ (\S+\.\w+:\d+)\] /, /^[WIET]\d{4} \S+ \S+\] (.*)$/)),
  deluge: each((raw) => {
    const found = cut(AT, "", /^[\d:]+ \[[A-Z]+ *\]\[[^\]]*\] (.*)$/)(raw);
    return found && { ...found, line: found.line.replace(/(?<=^\S+ \[[A-Z]+ *\]\[[\w.]+ *:)\d+/, "1") };
  }),
  proftpd: each(cut(AT, "", /^\S+ \S+ \S+ proftpd\[\d+\](?: \S+)?(?: \([^)]*\))?: (.*)$/)),
  keepalived: each(cut(AT, "", /^\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}: (.*)$/)),
  coturn: each(cut(AT, "", /^(?:\d+: )?(?:: )?(?:[A-Z]+: )?(.*)$/)),
  spamd: each(cut(/\\x\{01\}([^\\]+)\\x\{01\} /, "", /^\w{3} [ \d]\d \S+ \[\d+\] \w+: (.*)$/)),
  /** Its access lines are one statement without a word of its own. */
  jupyter: each((raw) => {
    const found = cut(AT, "", /^\[[A-Z] [^\]]*\] (.*)$/)(raw);
    return found?.place === "jupyter_server/log.py:59" ? { ...found, sentence: `request ${found.sentence}` } : found;
  }),
  "cloud-init": each(cut(AT, "", /^\S+ \S+ - \S+\[[A-Z]+\]: (.*)$/)),
  parse: each(cut(AT, "", /(?<="message":")((?:[^"\\]|\\.)*)|^\w+: (.*)$/)),
};
