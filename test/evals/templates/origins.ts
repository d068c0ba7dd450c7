/** Where a line was written, as its program told, and the line as it is written when the program is not asked to tell. */
export interface Origin {
  /** File and line of the statement. */
  readonly place: string;
  readonly line: string;
  /** What `line` says, without time, level and process: the part whose words tell sentences apart. */
  readonly sentence: string;
}

/** Reads the next record of a raw log; undefined for a line whose origin is not told (continuations, banners). */
type Reader = (raw: string) => Origin | undefined;

export const origin = (place: string | undefined, line: string, sentence: string | undefined): Origin | undefined =>
  place === undefined || sentence === undefined ? undefined : { place, line, sentence };

/** The first group is the place and is taken out of the line, whole match and all; the rest is matched for its sentence. */
export function cut(mark: RegExp, replacement: string, sentence: RegExp): Reader {
  return (raw) => {
    const place = mark.exec(raw)?.[1];
    const line = raw.replace(mark, replacement);
    return origin(place, line, sentence.exec(line)?.[1]);
  };
}

/** The first group is the place, which such programs always write: in the line its number becomes 1, so that it tells nothing. */
export function numbered(mark: RegExp, sentence: RegExp): Reader {
  return (raw) => {
    const place = mark.exec(raw)?.[1];
    const line = place === undefined ? raw : raw.replace(place, place.replace(/\d+$/, "1"));
    return origin(place, line, sentence.exec(line)?.[1]);
  };
}

/** Python, ZooKeeper, Tomcat and the others whose layout is ours to choose wrote `@place@ ` before their usual line. */
export const AT = /^@([^@]+)@ /;

/**
 * PostgreSQL tells the place of a message in a LOCATION line of its own, after DETAIL, HINT and CONTEXT and before STATEMENT.
 * With the usual verbosity neither that line nor the SQLSTATE is written.
 */
function postgres(): (raw: readonly string[]) => Origin[] {
  const record = /^(\S+ \S+ UTC \[\d+\]) (\w+): {2}(.*)$/;
  return (raw) => {
    const found: Origin[] = [];
    /** Of each process: what was written since its last place. */
    const waiting = new Map<string, { readonly kind: string; readonly line: string; readonly sentence: string }[]>();
    for (const text of raw) {
      const match = record.exec(text);
      if (match === null) continue;
      const [, head = "", kind = "", rest = ""] = match;
      const process = /\[\d+\]/.exec(head)?.[0] ?? "";
      const before = waiting.get(process) ?? [];
      if (kind === "LOCATION") {
        const place = /\S+:\d+$/.exec(rest)?.[0] ?? "unknown";
        const isMain = (one: string) => !/^(?:DETAIL|HINT|CONTEXT|QUERY)$/.test(one);
        for (const { kind: one, line, sentence } of before)
          found.push({ place: isMain(one) ? place : `${place} ${one}`, line, sentence });
        waiting.delete(process);
      } else if (kind === "STATEMENT") {
        found.push({ place: kind, line: `${head} ${kind}:  ${rest}`, sentence: `${kind}: ${rest}` });
      } else {
        const sentence = rest.replace(/^[0-9A-Z]{5}: /, "");
        before.push({ kind, line: `${head} ${kind}:  ${sentence}`, sentence });
        waiting.set(process, before);
      }
    }
    return found;
  };
}

/** OpenSSH on standard error, as syslog writes it: a time, a host and the process are put before it. */
function sshd(raw: readonly string[]): Origin[] {
  const mark = /([\w-]+\.c):[\w]+\(\):(\d+) \(pid=(\d+)\): /;
  return raw.flatMap((text, i) => {
    const match = mark.exec(text);
    if (match === null) return [];
    const sentence = text.replace(mark, "").replace(/ \[preauth\]\r?$/, (tail) => tail.trimEnd());
    const clock = [9 + (Math.floor(i / 3_600) % 14), Math.floor(i / 60) % 60, i % 60].map((n) =>
      String(n).padStart(2, "0"),
    );
    const line = `Nov 21 ${clock.join(":")} bastion sshd[${match[3]}]: ${sentence}`;
    return [{ place: `${match[1]}:${match[2]}`, line, sentence: sentence.replace(/^debug\d: /, "") }];
  });
}

/** RabbitMQ writes its header before every line of a message; the first line of a message is kept. */
function rabbitmq(raw: readonly string[]): Origin[] {
  let last = "";
  return raw.flatMap((text) => {
    const head = /^@[^@<]+@ \S+ \S+ \[\w+\] <[\d.]+>/.exec(text)?.[0] ?? "";
    const again = head === last;
    last = head;
    return head === "" || again ? [] : (cut(AT, "", /<\d+\.\d+\.\d+> (.*)$/)(text) ?? []);
  });
}

/**
 * Samba writes a header with the place and then the message, indented; its first line is kept, with the header that
 * `debug syslog format` puts before it. `@program@ ` was put before each header, as only the file's name tells it.
 */
function samba(raw: readonly string[]): Origin[] {
  const header = /^@(\w+)@ \[(\S+) ([\d:.]+), +\d+, pid=(\d+)\] (?:\.\.\/)*(\S+:\d+)\(\w+\)$/;
  return raw.flatMap((text, i) => {
    const [, program, day = "", clock, pid, place] = header.exec(text) ?? [];
    const sentence = /^ {2}(\S.*)$/.exec(raw[i + 1] ?? "")?.[1];
    const line = `${day.replaceAll("/", "-")}T${clock}+00:00 lab ${program}[${pid}]:   ${sentence}`;
    return origin(place, line, sentence) ?? [];
  });
}

export const each =
  (reader: Reader) =>
  (raw: readonly string[]): Origin[] =>
    raw.flatMap((text) => reader(text) ?? []);

/** Daemons of Linux: the place is `program: format`, the format being what the program handed to the C library for the line. */
const syslog = each(cut(AT, "", /^\w{3} [ \d]\d \S+ \S+ [^:]*\[\d+\]: (.*)$/));

/** Kubernetes: the number stays in the header as 1. */
const klog = each((raw) => {
  const place = /^[IWEF]\d{4} \S+ +\d+ ([\w.]+:\d+)\] /.exec(raw)?.[1];
  const line = raw.replace(/(?<=^[IWEF]\d{4} \S+ +\d+ [\w.]+:)\d+\]/, "1]");
  return origin(place, line, /\] +(?:"([^"]*)"|(.*)$)/.exec(line)?.slice(1).find(Boolean));
});

/** Programs in Go that log with zap as JSON. */
const zap = each((raw) => {
  const place = /"caller":"([^"]+)",/.exec(raw);
  return origin(place?.[1], raw.replace(/"caller":"[^"]+",/, ""), /"msg":"((?:[^"\\]|\\.)*)"/.exec(raw)?.[1]);
});

/** Programs in Go that log with logrus as text: the last folder, file and line, as many files have the same name. */
const logrus = each((raw) => {
  const mark = / func=(?:"[^"]*"|\S+) file="(?:[^"]*\/)?([\w.-]+\/[\w.-]+:\d+)"/;
  const line = raw.replace(mark, "");
  const message = /msg=(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line);
  return origin(mark.exec(raw)?.[1], line, message?.[1] ?? message?.[2]);
});

/** How each source tells the place of a line. */
export const origins: Readonly<Record<string, (raw: readonly string[]) => Origin[]>> = {
  postgres: postgres(),
  etcd: zap,
  caddy: zap,
  apache: each(cut(AT, "", /\[pid [^\]]*\] (?:\[client [^\]]*\] )?(.*)$/)),
  zookeeper: each((raw) => {
    const found = cut(AT, "", /@\d+\] - (.*)$/)(raw);
    return found && { ...found, line: found.line.replace(/@\d+\] - /, "] - ") };
  }),
  squid: each(cut(/(?<=\| \d+,\d+\| )(\w+\.\w+\(\d+\)) /, "", /\| \d+,\d+\| (.*)$/)),
  scrapy: each(cut(AT, "", /\[\S+\] [A-Z]+: (.*)$/)),
  kubectl: klog,
  kubelet: klog,
  "control-plane": klog,
  sshd,
  prometheus: each(
    cut(/(?:caller|source)=(\S+) /, "", /(?:msg|err)=(?:"(?=.*"))?((?<==)[^"\s]+|(?<=")(?:[^"\\]|\\.)*)/),
  ),
  rabbitmq,
  tomcat: each(cut(AT, "", /\[[^\]]*\] \S+ (.*)$/)),
  gstreamer: each(cut(/([\w-]+\.(?:c|h|cpp):\d+):[^:]*:/, "", /\d:\d\d:\d\d\.\d+ +\d+ +\S+ +[A-Z]+ +\S+ (.*)$/)),
  systemd: each(cut(/^(src\/\S+\.[ch]:\d+): /, "", /^(.*)$/)),
  chromium: each((raw) => {
    const match = /^\[\d+:\d+:\d{4}\/[\d.]+:[A-Z0-9]+:(\S+\.(?:cc|h|mm))[:(](\d+)\)?\] (.*)$/.exec(raw);
    if (match === null) return undefined;
    const line = raw.replace(/(\.(?:cc|h|mm))[:(]\d+\)?\] /, "$1(1)] ");
    return origin(`${match[1]}:${match[2]}`, line, match[3]);
  }),
  kazoo: each(cut(AT, "", /\[[^\]]*\] \S+: (.*)$/)),
  daemons: syslog,
  servers: syslog,
  victoriametrics: each(numbered(/^\S+\t\w+\t([\w./-]+:\d+)\t/, /^\S+\t\w+\t\S+\t(.*)$/)),
  celery: each((raw) => {
    const found = cut(AT, "", /^\[[^\]]*\] (.*)$/)(raw);
    return found && { ...found, place: found.place.replace(/^.*\/dist-packages\//, "") };
  }),
  verdaccio: each((raw) => {
    const mark = /@([^@ ]+:\d+)@ ?/;
    const line = raw.replace(mark, "");
    const message = /"msg":"((?:[^"\\]|\\.)*)"\}$/.exec(line) ?? /^\S+Z \S+ (.*)$/.exec(line);
    return origin(mark.exec(raw)?.[1], line, message?.[1]);
  }),
  ejabberd: each(numbered(/^\S+ \S+ \[\w+\] <[\d.]+>@(\S+:\d+) /, /^\S+ \S+ \[\w+\] \S+ (.*)$/)),
  kamailio: each(numbered(/^ ?\d+\(\d+\) \w+: \S+ \[([\w./-]+:\d+)\]: /, /\]: \w+\(\): (.*)$/)),
  nginx: each(cut(AT, "", /^\S+ \S+ \[\w+\] \d+#\d+: (?:\*\d+ )?(.*)$/)),
  syncthing: each(cut(/(?<=^\[\w+\] \S+ \S+) (\w+\.go:\d+):/, "", /^\[\w+\] \S+ \S+ [A-Z]+: (.*)$/)),
  aria2: each(numbered(/^\S+ \S+ \[\w+\] \[(\w+\.\w+:\d+)\] /, /^\S+ \S+ \[\w+\] \[\S+\] (.*)$/)),
  redis: each(cut(AT, "", /^\d+:\w \d+ \w+ \d+ \S+ \S (.*)$/)),
  glusterfs: each(numbered(/\] \[([\w.-]+:\d+):\w+\] /, /\[[\w.-]+:\d+:\w+\] (.*)$/)),
  patroni: each((raw) => {
    const found = cut(AT, "", /^\S+ \S+ [A-Z]+: (.*)$/)(raw);
    return found && { ...found, place: found.place.replace(/^.*\/dist-packages\//, "") };
  }),
  jetty: each(cut(/:([\w.$]+#[\w$<>]+\(\w+\.java:\d+\)):/, ":", /^\S+ [\d:.]+:[A-Z]+:[\w.$-]*:[^:]*: (.*)$/)),
  "node-red": each(cut(AT, "", /^\d+ \w+ [\d:]+ - \[\w+\] (?:\[[^\]]+:[^\]]+\] )?(.*)$/)),
  activemq: each(cut(AT, "", /^\S+ \S+ [A-Z]+ \S+: (.*)$/)),
  samba,
  nats: each(cut(/@([\w.]+:\d+)@ /, "", /^\[\d+\] \S+ \S+ \[\w+\] (?:\S+ - \w+:\d+ - (?:"[^"]*" - )?)?(.*)$/)),
  frr: each((raw) => {
    const mark = /(?<=^\S+ \S+ )\w+: (\w+: )\[(\w{5}-\w{5})\] ?/;
    const line = raw.replace(mark, "$1").replace(/^(\S+ \S+ \w+: )\[EC/, "$1[EC");
    return origin(mark.exec(raw)?.[2], line, /^\S+ \S+ \w+: (?:\[EC \d+\] )?(.*)$/.exec(line)?.[1]);
  }),
  ray: each(
    numbered(
      /^(?:\[[^\]]+\] (?:\(\w+\) )?|\S+ \S+\t[A-Z]+ )(\w+\.\w+:\d+)(?::| --) /,
      /^(?:\[[^\]]+\] (?:\(\w+\) )?|\S+ \S+\t[A-Z]+ )\w+\.\w+:1(?::| --) (.*)$/,
    ),
  ),
  containerd: each((raw) => {
    const mark = / func=(?:"[^"]*"|\S+) file="[^"]*\/([\w.]+:\d+)"/;
    const line = raw.replace(mark, "");
    const message = /msg=(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line);
    return origin(mark.exec(raw)?.[1], line, message?.[1] ?? message?.[2]);
  }),
  dask: each((raw) => {
    const found = cut(AT, "", /^\S+ \S+ - \S+ - [A-Z]+ - (.*)$/)(raw);
    return found && { ...found, place: found.place.replace(/^.*\/dist-packages\//, "") };
  }),
  puppet: each(cut(AT, "", /^\S+ \S+ \S+ .*? \([a-z]+\): (.*)$/)),
  mosquitto: each(cut(AT, "", /^\S+: (.*)$/)),
  /** One helper of InfluxDB logs the start and the end of every operation: these are told apart by the operation. */
  influxdb: each((raw) => {
    const found = cut(/ caller=(\S+)$/, "", /msg=(?:"(?=.*"))?((?<==)[^"\s]+|(?<=")(?:[^"\\]|\\.)*)/)(raw);
    const operation = / op_name=(\S+) op_event=/.exec(raw)?.[1];
    const helped = found?.place.startsWith("logger/fields.go:") && operation !== undefined;
    return found && helped ? { ...found, place: `${found.place} ${operation}` } : found;
  }),
  kea: each((raw) => {
    const [, sentence, id] = /^\S+ \S+ [A-Z]+ +\[\S+\] (([A-Z0-9]+_[A-Z0-9_]+) .*)$/.exec(raw) ?? [];
    return origin(id, raw, sentence);
  }),
  lighttpd: each((raw) => {
    const [, file, number] = /^\S+ \S+: \(([\w-]+\.c)\.(\d+)\) /.exec(raw) ?? [];
    const line = raw.replace(`(${file}.${number})`, `(${file}.1)`);
    return origin(file && `${file}:${number}`, line, /^\S+ \S+: \([^)]*\) (.*)$/.exec(line)?.[1]);
  }),
  /** Three programs and the plugins of one of them; what a job's step wrote has its id before the level. */
  slurm: each(cut(AT, "", /^\[\S+\] (?:\[[\w.]+\] )?(?:(?:fatal|error|verbose|debug\d?): )?(.*)$/)),
  mariadb: each(cut(AT, "", /^\S+ +\S+ \d+ \[\w+\] (?:InnoDB: )?(.*)$/)),
  kernel: each(cut(AT, "", /^\w{3} [ \d]\d \S+ \S+ kernel: \[ *[\d.]+\] (.*)$/)),
  exim: each(cut(AT, "", /^\S+ \S+ (?:\w{6}-\w{6}-\w{2} )?(.*)$/)),
  fail2ban: each(cut(AT, "", /^\S+ \S+ \S+ +\[\d+\]: [A-Z]+ +(?:\[[\w-]+\] )?(.*)$/)),
  dockerd: logrus,
  crowdsec: logrus,
  openvpn: each(cut(AT, "", /^\S+ \S+ (?:(?:\S+\/)?[\d.]+:\d+ )?(.*)$/)),
  moleculer: each(cut(AT, "", /^\[\S+\] [A-Z]+ +\S+: (.*)$/)),
  /** Of corosync as well, which runs beside it and tells the place itself. */
  pacemaker: each(
    (raw) =>
      cut(AT, "", /\(\w+\) \t\w+: (.*)$/)(raw) ??
      cut(/(?<= corosync \w+ +\[\w+ *\] )([\w.-]+:\d+) /, "", /\[\w+ *\] (.*)$/)(raw),
  ),
  /**
   * Two helpers of rclone write what was done with each file, whose name stands on the other side: these are told apart by
   * what was done. A message that begins on the next line (statistics) has no sentence.
   */
  rclone: each((raw) => {
    const mark = /(?<=^\S+ \S+ )(\S+\.go:\d+): /;
    const found = cut(mark, "", /^\S+ \S+ (?:[A-Z]+ *: )?(?![A-Z]+ *: $)(.+)$/)(raw);
    const place = found?.place.replace("github.com/rclone/rclone/", "") ?? "";
    const done = place.startsWith("cmd/bisync/log.go:")
      ? /^- \w* +(.*?)\d? +- /.exec(found?.sentence ?? "")?.[1]
      : place.startsWith("fs/operations/operations.go:721") && found?.sentence.replace(/^.*: /, "");
    return found && { ...found, place: done ? `${place} ${done}` : place };
  }),
  /** Headers of the cluster's log, of RocksDB and of the manager's modules stand before the sentence. */
  ceph: each(
    cut(
      /(?<=^\S+ [0-9a-f]+ +-?\d+ )@([^@]+)@ /,
      "",
      /^\S+ [0-9a-f]+ +-?\d+ (?:log_channel\(\w+\) log \[\w+\] : |rocksdb: |\[\w+ [A-Z]+ +\S+\] )?(.*)$/,
    ),
  ),
  icinga: each(cut(/(?<=^\[[^\]]*\] \w+\/\w+: )@([^@]+)@ /, "", /^\[[^\]]*\] \w+\/\w+: (.*)$/)),
  /** What each of its parts puts before a sentence is another: the lists, Django, Gunicorn and the queue of tasks. */
  mailman: each(
    cut(
      AT,
      "",
      /^(?:\w{3} \d\d [\d:]+ \d{4} \(\d+\) |[A-Z]+ \S+ \S+ \d+ \S+ |\[[^\]]+\] \[\d+\] \[\w+\] |[\d:]+ \[Q\] [A-Z]+ )?(.*)$/,
    ),
  ),
  puppetdb: each(cut(AT, "", /^\S+ [A-Z]+ +\[\S+\] (.*)$/)),
  slapd: syslog,
  strongswan: each(cut(AT, "", /^\w{3} [ \d]\d \S+ \d+\[\w+\] (.*)$/)),
  swift: each(cut(AT, "", /^\w{3} [ \d]\d \S+ \S+ [\w-]+: (.*)$/)),
  ovn: each((raw) => {
    const found = cut(AT, "", /^\S+\|\d+\|[^|]+\|[A-Z]+\|(.*)$/)(raw);
    const module = /^\S+\|\d+\|([^|(]+)/.exec(found?.line ?? "")?.[1];
    return found && { ...found, place: `${module}: ${found.place}` };
  }),
  prosody: each(cut(AT, "", /^\w{3} [ \d]\d \S+ [^\t]+\t\w+\t(.*)$/)),
  /** Colour codes stand before and after the header. */
  unleash: each(cut(AT, "", /^.{5}\[[^\]]*\] \[[A-Z]+\] .*? - .{5}(.*)$/)),
  /** Writes the sentence alone. */
  n8n: each(cut(AT, "", /^(.*\S.*)$/)),
  ghost: each(cut(AT, "", /^\[[^\]]*\] \S+ (.*)$/)),
  trafficserver: each(
    cut(/(?<=[A-Z]: )<([\w.-]+:\d+) \([^)]*\)> /, "", /^\[[^\]]*\] (?:\[[^\]]*\]|\S+) [A-Z]+: (?:\([\w-]+\) )?(.*)$/),
  ),
  /** As `openstack`, with the instance that a line is about before its sentence. */
  nova: each((raw) => {
    const found = cut(AT, "", /^\S+ \S+ \d+ [A-Z]+ \S+ \[[^\]]*\] (?:\[instance: \S+\] )?(.*)$/)(raw);
    return found && { ...found, place: found.place.replace(/^.*\/(?:dist-packages|python3\.11)\//, "") };
  }),
  /** The one word that all lines of the start of a command have is no word to `labelsOf` with its dot. */
  buildbot: each((raw) => {
    const found = cut(AT, "", /^\S+ \S+ \[[^\]]*\] (.*)$/)(raw);
    return found && { ...found, sentence: found.sentence.replace("RemoteCommand.run", "RemoteCommand run") };
  }),
  /**
   * Each of its services writes as its framework or `logging.basicConfig` has it: Uvicorn, Gunicorn, Flask and three of the
   * latter. Uvicorn's access lines are taken whole: the level is the one word that all lines of this one statement have.
   */
  orders: each(
    cut(
      AT,
      "",
      /^(?:[A-Z]+: {2,}(?! *\S+ - ")|[A-Z]+:[\w.]+:|\[[^\]]+\] \[\d+\] \[[A-Z]+\] |\[[^\]]+\] [A-Z]+ in \w+: |\S+ \S+ [A-Z]+ \[[\w.]+\] |\S+ \S+ - [\w.]+ - [A-Z]+ - )?(.*)$/,
    ),
  ),
  openstack: each((raw) => {
    const found = cut(AT, "", /\[[^\]]*\] (.*)$/)(raw);
    return found && { ...found, place: found.place.replace(/^.*\/dist-packages\//, "") };
  }),
  /** The function tells the file; two lines at the start of a log have neither. */
  libvirt: each(
    numbered(
      /^\S+ \S+: \d+: \w+ : (\w+:\d+(?= : )|(?:libvirt version|hostname)(?=: ))/,
      /^\S+ \S+: \d+: \w+ : (?:\w+:1 : (?:\S+:\d+: (?=\S))?)?(.*)$/,
    ),
  ),
  suricata: each(cut(AT, "", /^\[\d+ - [^\]]*\] \S+ \S+ \w+: (?:[\w-]+: )?(.*)$/)),
  /** What a log-in came to is told by one helper, which is handed the beginning of the sentence. */
  freeradius: each((raw) => {
    const found = cut(
      AT,
      "",
      /^\w{3} \w{3} .{16} : \w+: (?:\(\d+\) +(?:[\w-]+: +)?(?:(?:ERROR|WARNING): +)?)?(.*)$/,
    )(raw);
    const handed = found?.place.endsWith("%s: [%s%s%s] (%s)%s") && /^[\w -]+(?: \(|:)/.exec(found.sentence)?.[0];
    return found && handed ? { ...found, place: `${found.place} ${handed}` } : found;
  }),
  /** What Ruby logged is told by its file and line; a failure that is logged on, by where it arose as well. */
  puppetserver: each(cut(AT, "", /^\S+ [A-Z]+ +\[[^\]]*\] \[[^\]]*\] (.*)$/)),
  restate: each((raw) => {
    const mark =
      /,"filename":"(?:\/usr\/local\/cargo\/(?:registry\/src\/[^/"]*|git\/checkouts)\/)?([^"]+)","line_number":(\d+)/;
    const [, file, number] = mark.exec(raw) ?? [];
    const line = raw.replace(mark, "");
    const message = /"message":"((?:[^"\\]|\\.)+)"/.exec(line) ?? /"error":"((?:[^"\\]|\\.)+)"/.exec(line);
    return origin(file && `${file}:${number}`, line, message?.[1]);
  }),
  selenium: each(cut(AT, "", /^[\d:.]+ [A-Z]+ \[[^\]]*\] - (.*)$/)),
};
