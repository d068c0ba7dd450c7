import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
import { protocolSecret, protocolWords } from "./protocol-secret.ts";
import type { Span } from "./span.ts";
import { plainEnd } from "./value-end.ts";

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
const longestCommand = 13;
const commandChars = 120;

/** Words of configuration files that are followed by a password, with nothing between. */
const directives = new Set(["requirepass", "masterauth", "bindpw", "rootpw"]);

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

/** Functions of SQL that make a hash of a password. */
const hashing = /^(?:password|crypt|md5)$/i;
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

const takesUser = new Set(["-u", "--user", "--proxy-user"]);

/** Passwords that neither a form of their own nor a separator gives away: in commands, SQL, `.netrc`, `redis.conf`. */
export function spokenSecret(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  const length = to - from;
  const first = text.charCodeAt(from) | 32;
  const behind = text.charCodeAt(to);
  // What reads a password from the command before it may be the last word of all.
  if (
    (length === 8 && text.startsWith("chpasswd", from)) ||
    (length === 16 && text.startsWith("--password-stdin", from))
  )
    return found(echoed(text, from));
  if (!isBlank(behind) && behind !== 34 && behind !== 39 && behind !== 61 && behind !== 58 && behind !== 40)
    return undefined;
  const word = text.slice(from, to);
  // PASSWORD('…'), md5('…') of SQL.
  if (behind === 40)
    return isQuote(text.charCodeAt(to + 1)) && hashing.test(word) ? found(plain(text, to + 1)) : undefined;
  if (first === 45) return ofFlag(text, from, to, word);
  const sent =
    text.charCodeAt(from) < 97 || word === "user" || word === "login"
      ? protocolSecret(text, from, to, word)
      : undefined;
  if (sent) return { span: sent };
  if (!isBlank(behind) && text.charCodeAt(to + 1) !== 44) return undefined;
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  if (directives.has(word)) return text.startsWith("is ", at) ? undefined : found(hashed(text, at) ?? plain(text, at));
  if (length === 2 && /^by$/i.test(word)) return found(identifiedBy(text, from, at));
  if (word === "sudo" && text.startsWith(" -S", to)) return found(echoed(text, from));
  if (word === "auth") {
    // A driver's `command [auth secret] failed`.
    if (text.charAt(from - 1) === "[" && text.charAt(plainEnd(text, at, "token", false)) === "]")
      return found(plain(text, at));
    const password = behindUser(text, at);
    const secret = password === undefined ? undefined : plain(text, password);
    return secret && looksChosen(text.slice(secret.from, secret.to), "said") ? { span: secret } : undefined;
  }
  if (word === "password")
    return /\blogin[ \t]+\S{1,64}[ \t]+$/.test(text.slice(Math.max(0, from - 80), from))
      ? found(plain(text, at))
      : undefined;
  const option = length <= longestCommand && from >= lookedUntil ? byLetter.get(word) : undefined;
  return option ? optionOf(text, to, option) : undefined;
}
/** Words, also of several, are no longer. */
export const longestSpoken = 16;
/** What they begin with: a dash, and the first letters of the words above. */
export const spokenStarts = [
  "-",
  ...[
    ...byLetter.keys(),
    ...directives,
    ...protocolWords,
    "auth",
    "chpasswd",
    "sudo",
    "by",
    "password",
    "crypt",
    "md5",
  ].flatMap((word) => [word.charAt(0).toLowerCase(), word.charAt(0).toUpperCase()]),
].join("");

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

/** `-u name:secret`, `--user=name:secret`, `-uname:secret`, `-a name:secret`, `--password-stdin`. */
function ofFlag(text: string, from: number, to: number, word: string): Spoken | undefined {
  const behind = text.charCodeAt(to);
  if (behind === 58) {
    if (!/^-u[A-Za-z]/.test(word)) return undefined;
    const secret = plain(text, to + 1);
    return secret && text.charCodeAt(to + 1) > 32 ? { span: secret } : undefined;
  }
  if (word === "-p" || word === "-P" || word === "-w" || word === "-X") return behindAccount(text, from, to);
  if (!takesUser.has(word) && word !== "-a") return undefined;
  let at = behind === 61 || !isBlank(behind) ? to + 1 : to;
  while (at - to < 4 && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === 44)) at++;
  const password = behindUser(text, at);
  const secret = password === undefined ? undefined : plain(text, password);
  if (!secret) return undefined;
  const value = text.slice(secret.from, secret.to);
  // `docker run -u 1000:1000`.
  if (/^\d+$/.test(value) || (word === "-a" && !looksChosen(value, "beside"))) return undefined;
  return { span: secret };
}
