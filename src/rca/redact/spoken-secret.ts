import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
import { protocolSecret, protocolWords } from "./protocol-secret.ts";
import type { Span } from "./span.ts";
import { plainEnd } from "./value-end.ts";
import { createWordGate } from "./word-gate.ts";

interface Option {
  /** The word that must come first: `docker login`. */
  readonly command?: string;
  /** Ends where the password begins. */
  readonly option: RegExp;
}

/** Lists of arguments have quotes and commas between them. */
const apart = (letter: string): Option => ({
  option: new RegExp(`[\\s"',]-${letter}(?:["']?,?[ \\t]{1,2}|["'],)(?=["']?[^\\s"'-])`),
});
const joined: Option = { option: /[\s"',]-p(?=[^\s,-])/ };
/** Joined to its value or apart from it. */
const either = (letter: string): Option => ({
  option: new RegExp(`[\\s"',]-${letter}(?:["']?,?[ \\t]{1,2}|["'],)?(?=["']?[^\\s"',-])`),
});
const same = (names: string, option: Option): Readonly<Record<string, Option>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, option]));

/** Programs that take a password by a letter: `redis-cli -a …`, `mysql -p…`. */
const byLetter: ReadonlyMap<string, Option> = new Map(
  Object.entries({
    sshpass: { option: /(?:^|\s)-p[ \t]{0,2}(?=[^\s-])/ },
    "redis-cli": apart("a"),
    smbclient: { option: /\s-U[ \t]{0,2}[\w.\\-]{1,64}%(?=\S)/ },
    vault: { command: "login", option: /^[ \t]{1,2}(?=[^\s-])/ },
    rabbitmqctl: { option: /\s(?:add_user|change_password|authenticate_user)[ \t]{1,4}\S{1,64}[ \t]{1,4}(?=\S)/ },
    ...same("mysql mysqldump mysqladmin mariadb", joined),
    ...same("docker podman helm nerdctl buildah oc az", { ...apart("p"), command: "login" }),
    ...same("mongo mongosh mongodump twine", apart("p")),
    ...same("7z 7za 7zr rar unrar", joined),
    ...same("sqlcmd bcp", either("P")),
    ...same("unzip zip mosquitto_pub mosquitto_sub ipmitool", apart("P")),
    openssl: apart("[kK]"),
    net: { command: "user", option: /^[ \t]\S{1,64}[ \t](?=[^\s/*])/ },
    "snmp-server": { command: "community", option: /^[ \t](?=\S)/ },
    ...same("snmpget snmpset snmpwalk snmpbulkwalk snmptrap", apart("[cAX]")),
    ...same("useradd usermod", apart("p")),
    htpasswd: {
      option:
        /[ \t]-[A-Za-z]{0,6}b[A-Za-z]{0,6}[ \t]{1,2}(?:-\S{1,16}[ \t]{1,2}){0,4}\S{1,100}[ \t]{1,2}\S{1,64}[ \t]{1,2}(?=[^\s-])/,
    },
    ...same("ldapsearch ldapmodify ldapadd ldapwhoami", either("w")),
  }),
);
const commandChars = 120;
const dash = 45;
const colon = 58;

function plain(text: string, at: number): Span | undefined {
  const from = isQuote(text.charCodeAt(at)) ? at + 1 : at;
  const to = plainEnd(text, from, "password", false);
  return to > from && text.charCodeAt(from) !== 60 ? { from, to, kind: "password" } : undefined;
}

/** `{SSHA}…` of LDAP (RFC 2307): the name of the hash belongs to it. */
function hashed(text: string, at: number): Span | undefined {
  const scheme = /^\{[A-Z0-9-]{3,16}\}(?=\S)/i.exec(text.slice(at, at + 20));
  return scheme ? { from: at, to: plainEnd(text, at + scheme[0].length, "token", false), kind: "hash" } : undefined;
}

const found = (span: Span | undefined): Spoken | undefined => span && { span };

interface Spoken {
  readonly span?: Span;
  /** No other program needs to be looked at before this place. */
  readonly lookedUntil?: number;
}

/** Where the password begins in `user:password`, quoted or not. */
function behindUser(text: string, at: number): number | undefined {
  let i = isQuote(text.charCodeAt(at)) ? at + 1 : at;
  for (const limit = i + 64; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 58) return i > at ? i + 1 : undefined;
    if (!(code > 44) || isQuote(code) || code === 47) return undefined;
  }
  return undefined;
}

/** The password that the options of a program hold, up to the end of its line. */
function optionOf(text: string, to: number, { command, option }: Option): Spoken {
  const line = text.slice(to, to + commandChars).split("\n", 1)[0] ?? "";
  const begin = command === undefined ? 0 : line.indexOf(` ${command} `) + command.length + 1;
  const found = command !== undefined && begin === command.length ? undefined : option.exec(line.slice(begin));
  const span = found ? plain(text, to + begin + found.index + found[0].length) : undefined;
  return span ? { span } : { lookedUntil: to + line.length };
}

/** `echo … | docker login --password-stdin`. */
function echoed(text: string, from: number): Span | undefined {
  const begin = Math.max(0, from - 200);
  const before = text.slice(begin, from);
  const at = before.lastIndexOf("echo ");
  const found = at < 0 ? undefined : /^echo (?:-n )?["']?([^\s"'|$]{1,128})["']?[ \t]{0,4}\|/.exec(before.slice(at));
  if (!found?.[1]) return undefined;
  const start = begin + at + found[0].indexOf(found[1], 5);
  return { from: start, to: start + found[1].length, kind: "password" };
}

/** `IDENTIFIED BY 'secret'`; without quotes it must look like one, and `BY PASSWORD '…'` is told by its name. */
function identifiedBy(text: string, from: number, at: number): Span | undefined {
  if (!/identified\b/i.test(text.slice(Math.max(0, from - 60), from))) return undefined;
  const secret = plain(text, at);
  const isSaid = secret && (isQuote(text.charCodeAt(at)) || looksChosen(text.slice(secret.from, secret.to), "said"));
  return isSaid ? secret : undefined;
}

/** `AUTH ann:secret`, and a driver's `command [auth secret] failed`. */
function ofAuth({ text, from, at }: Place): Spoken | undefined {
  if (text.charAt(from - 1) === "[" && text.charAt(plainEnd(text, at, "token", false)) === "]")
    return found(plain(text, at));
  const password = behindUser(text, at);
  const secret = password === undefined ? undefined : plain(text, password);
  return secret && looksChosen(text.slice(secret.from, secret.to), "said") ? { span: secret } : undefined;
}

/** `machine h login ann password …` of .netrc. */
function ofNetrc({ text, from, at }: Place): Spoken | undefined {
  const before = text.slice(Math.max(0, from - 80), from);
  return /\blogin[ \t]+\S{1,64}[ \t]+$/.test(before) ? found(plain(text, at)) : undefined;
}

/** `requirepass …` of redis.conf, `rootpw {SSHA}…` of slapd.conf; `requirepass is …` is a sentence. */
function ofDirective({ text, at }: Place): Spoken | undefined {
  return text.startsWith("is ", at) ? undefined : found(hashed(text, at) ?? plain(text, at));
}

/** The word, and where what follows it begins. */
interface Place {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

const byWord: ReadonlyMap<string, (place: Place) => Spoken | undefined> = new Map([
  ...["requirepass", "masterauth", "bindpw", "rootpw"].map((word) => [word, ofDirective] as const),
  ...["by", "BY", "By", "bY"].map(
    (word) => [word, ({ text, from, at }: Place) => found(identifiedBy(text, from, at))] as const,
  ),
  ["sudo", ({ text, from, to }: Place) => (text.startsWith(" -S", to) ? found(echoed(text, from)) : undefined)],
  ["auth", ofAuth],
  ["password", ofNetrc],
]);

/** Functions of SQL that make a hash of a password: `PASSWORD('…')`, `md5('…')`. */
const hashing = ["password", "crypt", "md5"];
/** These read it from the command before, and may be the last word of all. */
const readers = ["chpasswd", "--password-stdin"];
const flags = ["-p", "-P", "-w", "-X", "-a", "-u", "--user", "--proxy-user"];

const mayHash = createWordGate(hashing);
const mayRead = createWordGate(readers);
const maySend = createWordGate(protocolWords);
const maySay = createWordGate([...byWord.keys(), ...byLetter.keys()]);
const mayBeFlag = createWordGate(flags);

/** The longest of all these words; `-u` may have a name joined to it. */
export const longestSpoken = 16;
/** What they begin with. */
export const spokenStarts = [
  ...new Set(
    [...byWord.keys(), ...byLetter.keys(), ...protocolWords, ...hashing, ...readers, ...flags].flatMap((word) => [
      word.charAt(0).toLowerCase(),
      word.charAt(0).toUpperCase(),
    ]),
  ),
].join("");

const parenthesis = 40;
const comma = 44;
/** What stands behind such a word: a blank, `"`, `'`, `=`, `:`. */
const endsWord = (code: number) => isBlank(code) || code === 34 || code === 39 || code === 61 || code === 58;

/** Passwords that neither a form of their own nor a separator gives away: in commands, SQL, `.netrc`, `redis.conf`. */
export function spokenSecret(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  if (mayRead(text, from, to) && readers.includes(text.slice(from, to))) return found(echoed(text, from));
  if (to >= text.length) return undefined;
  const behind = text.charCodeAt(to);
  if (behind === parenthesis) return mayHash(text, from, to) ? hashedBy(text, from, to) : undefined;
  if (!endsWord(behind)) return undefined;
  if (text.charCodeAt(from) === dash) return ofFlag(text, from, to);
  const sent = maySend(text, from, to) ? protocolSecret(text, from, to, text.slice(from, to)) : undefined;
  if (sent) return { span: sent };
  const isFollowed = isBlank(behind) || (to + 1 < text.length && text.charCodeAt(to + 1) === comma);
  return isFollowed && maySay(text, from, to) ? followed(text, from, to, lookedUntil) : undefined;
}

function hashedBy(text: string, from: number, to: number): Spoken | undefined {
  return isQuote(text.charCodeAt(to + 1)) && hashing.includes(text.slice(from, to).toLowerCase())
    ? found(plain(text, to + 1))
    : undefined;
}

/** What follows a word that says so, or a program that takes options. */
function followed(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  const word = text.slice(from, to);
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  const look = byWord.get(word);
  if (look) return look({ text, from, to, at });
  const option = from >= lookedUntil ? byLetter.get(word) : undefined;
  return option ? optionOf(text, to, option) : undefined;
}

const account =
  /[\s"']-(?:u|U|-user(?:name)?)["']?[ =,]{1,2}["']?[^\s"'-][^\s"']{0,63}["']?,?[ \t](?:[^\n|;&]{1,80}[ \t])?["']?$/;

/** `-u ann -p secret` of any program: who it is stands before it. A port is a number. */
function behindAccount(text: string, from: number, to: number): Spoken | undefined {
  let at = to;
  while (at - to < 4 && /["', ]/.test(text.charAt(at))) at++;
  const secret = at > to ? plain(text, at) : undefined;
  const value = secret ? text.slice(secret.from, secret.to) : "";
  const isChosen = secret && looksChosen(value, "said") && !/^\d+$/.test(value);
  return isChosen && account.test(text.slice(Math.max(0, from - 160), from)) ? { span: secret } : undefined;
}

/** `-uname:secret`. */
function joinedUser(text: string, from: number, to: number): Spoken | undefined {
  if (!/^-u[A-Za-z]/.test(text.slice(from, from + 3))) return undefined;
  const secret = plain(text, to + 1);
  return secret && text.charCodeAt(to + 1) > 32 ? { span: secret } : undefined;
}

/** `-u name:secret`, `--user=name:secret`, `-a name:secret`. */
function behindFlag(text: string, to: number, word: string): Spoken | undefined {
  const behind = text.charCodeAt(to);
  let at = isBlank(behind) ? to : to + 1;
  while (at - to < 4 && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === comma)) at++;
  const password = behindUser(text, at);
  const secret = password === undefined ? undefined : plain(text, password);
  if (!secret) return undefined;
  const value = text.slice(secret.from, secret.to);
  // `docker run -u 1000:1000`.
  if (/^\d+$/.test(value) || (word === "-a" && !looksChosen(value, "beside"))) return undefined;
  return { span: secret };
}

function ofFlag(text: string, from: number, to: number): Spoken | undefined {
  if (text.charCodeAt(to) === colon) return joinedUser(text, from, to);
  if (!mayBeFlag(text, from, to)) return undefined;
  const word = text.slice(from, to);
  if (word === "-p" || word === "-P" || word === "-w" || word === "-X") return behindAccount(text, from, to);
  return flags.includes(word) ? behindFlag(text, to, word) : undefined;
}
