import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
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
    ...same("sqlcmd bcp unzip zip mosquitto_pub mosquitto_sub ipmitool", apart("P")),
    ...same("snmpget snmpset snmpwalk snmpbulkwalk snmptrap", apart("c")),
    ...same("useradd usermod", apart("p")),
    htpasswd: {
      option:
        /[ \t]-[A-Za-z]{0,6}b[A-Za-z]{0,6}[ \t]{1,2}(?:-\S{1,16}[ \t]{1,2}){0,4}\S{1,100}[ \t]{1,2}\S{1,64}[ \t]{1,2}(?=[^\s-])/,
    },
    ...same("ldapsearch ldapmodify ldapadd ldapwhoami", apart("w")),
  }),
);
const longestCommand = 13;
const commandChars = 120;

/** Words of configuration files that are followed by a password, with nothing between. */
const directives = new Set(["requirepass", "masterauth"]);

function plain(text: string, at: number): Span | undefined {
  const from = isQuote(text.charCodeAt(at)) ? at + 1 : at;
  const to = plainEnd(text, from, "password", false);
  return to > from && text.charCodeAt(from) !== 60 ? { from, to, kind: "password" } : undefined;
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

/** `AUTH secret`, `"AUTH" "user" "secret"` of Redis and of mail; `ACL SETUSER ann on >secret`. */
const redisAuth = /"?[ \t]{1,4}(?:"?\w{1,64}"?[ \t]{1,4})?"?([^\s"]{4,128})"?[ \t]{0,8}(?:\r?\n|$)/y;
const redisUser = /[ \t]\S{1,64}(?:[ \t](?!>)\S{1,64}){0,8}?[ \t]>(\S{4,128})/y;
const passLine = /[ \t]{1,2}(\S{4,128})[ \t]{0,8}(?:\r?\n|$)/y;
/** `a1 LOGIN ann secret` of IMAP. */
const imapLogin = /[ \t]"?[\w.@+-]{1,64}"?[ \t]"?([^\s"]{4,128})"?[ \t]{0,8}(?:\r?\n|$)/y;
/** Functions of SQL that make a hash of a password. */
const hashing = /^(?:password|crypt|md5)$/i;
const protocols: ReadonlyMap<string, RegExp> = new Map([
  ["LOGIN", imapLogin],
  ["AUTH", redisAuth],
  ["SETUSER", redisUser],
  ["PASS", passLine],
]);

function ofProtocol(text: string, to: number, word: string): Span | undefined {
  const pattern = protocols.get(word);
  if (!pattern) return undefined;
  pattern.lastIndex = to;
  const value = pattern.exec(text)?.[1];
  if (value === undefined || !looksChosen(value, "beside")) return undefined;
  const from = text.lastIndexOf(value, pattern.lastIndex);
  return { from, to: from + value.length, kind: "password" };
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

const takesUser = new Set(["-u", "--user", "--proxy-user"]);

/** Passwords that neither a form of their own nor a separator gives away: in commands, SQL, `.netrc`, `redis.conf`. */
export function spokenSecret(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  const length = to - from;
  if (length < 2 || length > 16) return undefined;
  const first = text.charCodeAt(from) | 32;
  const behind = text.charCodeAt(to);
  // -u, --user, auth, by, docker, helm, login's password, mysql, redis-cli, sshpass, twine, unzip, vault …: first letters
  if (first !== 45 && (first < 97 || first > 122 || startsSpoken[first] === 0)) return undefined;
  if (!isBlank(behind) && behind !== 34 && behind !== 39 && behind !== 61 && behind !== 58 && behind !== 40)
    return undefined;
  const word = text.slice(from, to);
  // PASSWORD('…'), md5('…') of SQL.
  if (behind === 40)
    return isQuote(text.charCodeAt(to + 1)) && hashing.test(word) ? found(plain(text, to + 1)) : undefined;
  if (first === 45) return ofFlag(text, from, to, word);
  const upper = text.charCodeAt(from) < 97;
  if (upper && protocols.has(word)) return found(ofProtocol(text, to, word));
  if (!isBlank(behind) && text.charCodeAt(to + 1) !== 44) return undefined;
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  if (directives.has(word)) return found(plain(text, at));
  if (length === 2 && /^by$/i.test(word)) return found(identifiedBy(text, from, at));
  if (word === "auth") {
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
const startsSpoken = new Uint8Array(128);
for (const word of [...byLetter.keys(), ...directives, ...protocols.keys(), "auth", "by", "password", "crypt", "md5"])
  startsSpoken[word.charCodeAt(0) | 32] = 1;

/** `-u name:secret`, `--user=name:secret`, `-uname:secret`, `-a name:secret`, `--password-stdin`. */
function ofFlag(text: string, from: number, to: number, word: string): Spoken | undefined {
  if (word === "--password-stdin") return found(echoed(text, from));
  const behind = text.charCodeAt(to);
  if (behind === 58) {
    if (!/^-u[A-Za-z]/.test(word)) return undefined;
    const secret = plain(text, to + 1);
    return secret && text.charCodeAt(to + 1) > 32 ? { span: secret } : undefined;
  }
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
