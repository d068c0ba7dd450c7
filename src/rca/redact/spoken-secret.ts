import { isBlank, isQuote } from "./marks.ts";
import { plainEnd } from "./value-end.ts";
import type { Span } from "./value-span.ts";

/** Programs that take a password by a letter: `redis-cli -a …`, `mysql -p…`. */
const byLetter: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    sshpass: /(?:^|\s)-p[ \t]{0,2}(?=[^\s-])/,
    "redis-cli": /\s-a[ \t]{1,2}(?=\S)/,
    mysql: /\s-p(?=\S)/,
    mysqldump: /\s-p(?=\S)/,
    mysqladmin: /\s-p(?=\S)/,
    mariadb: /\s-p(?=\S)/,
  }),
);
const longestCommand = 10;
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

/** Passwords that neither a form of their own nor a separator gives away: in commands, SQL, `.netrc`, `redis.conf`. */
export function spokenSecret(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  const length = to - from;
  if (length < 2 || length > 14 || !isBlank(text.charCodeAt(to))) return undefined;
  const first = text.charCodeAt(from) | 32;
  // -u, --user, --proxy-user, by, login's password, masterauth, mysql, mariadb, redis-cli, requirepass, sshpass
  if (first !== 45 && first !== 98 && first !== 112 && first !== 109 && first !== 114 && first !== 115)
    return undefined;
  // Between a program and where its options were looked for, only `masterauth` is of interest among words with an m.
  if (first === 109 && length !== 10 && from < lookedUntil) return undefined;
  const word = text.slice(from, to);
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  if (word === "-u" || word === "--user" || word === "--proxy-user") {
    const password = behindUser(text, at);
    const secret = password === undefined ? undefined : plain(text, password);
    // `docker run -u 1000:1000`.
    return secret && !/^\d+$/.test(text.slice(secret.from, secret.to)) ? { span: secret } : undefined;
  }
  if (directives.has(word)) return found(plain(text, at));
  if (length === 2 && /^by$/i.test(word))
    return isQuote(text.charCodeAt(at)) && /identified\b/i.test(text.slice(Math.max(0, from - 60), from))
      ? found(plain(text, at))
      : undefined;
  if (word === "password")
    return /\blogin[ \t]+\S{1,64}[ \t]+$/.test(text.slice(Math.max(0, from - 80), from))
      ? found(plain(text, at))
      : undefined;
  const letter = length <= longestCommand && from >= lookedUntil ? byLetter.get(word) : undefined;
  if (!letter || text.charCodeAt(at) !== 45) return undefined;
  const rest = text.slice(to, to + commandChars).split("\n", 1)[0] ?? "";
  const option = letter.exec(rest);
  const span = option ? plain(text, to + option.index + option[0].length) : undefined;
  return span ? { span } : { lookedUntil: to + rest.length };
}
