import { looksChosen } from "./looks-chosen.ts";
import { isQuote } from "./marks.ts";
import { passwordAt, passwordBehindUser } from "./password-at.ts";
import type { Span } from "./span.ts";
import { plainEnd } from "./value-end.ts";

/** The word, and where what follows it begins. */
export interface Place {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** `{SSHA}…` of LDAP (RFC 2307): the name of the hash belongs to it. */
function hashed(text: string, at: number): Span | undefined {
  const scheme = /^\{[A-Z0-9-]{3,16}\}(?=\S)/i.exec(text.slice(at, at + 20));
  return scheme ? { from: at, to: plainEnd(text, at + scheme[0].length, "token", false), kind: "hash" } : undefined;
}

/** `echo … | docker login --password-stdin`. */
export function echoedSecret(text: string, from: number): Span | undefined {
  const begin = Math.max(0, from - 200);
  const before = text.slice(begin, from);
  const at = before.lastIndexOf("echo ");
  const found = at < 0 ? undefined : /^echo (?:-n )?["']?([^\s"'|$]{1,128})["']?[ \t]{0,4}\|/.exec(before.slice(at));
  if (!found?.[1]) return undefined;
  const start = begin + at + found[0].indexOf(found[1], 5);
  return { from: start, to: start + found[1].length, kind: "password" };
}

/** `IDENTIFIED BY 'secret'`; without quotes it must look like one, and `BY PASSWORD '…'` is told by its name. */
function identifiedBy({ text, from, at }: Place): Span | undefined {
  if (!/identified\b/i.test(text.slice(Math.max(0, from - 60), from))) return undefined;
  const secret = passwordAt(text, at);
  const isSaid = secret && (isQuote(text.charCodeAt(at)) || looksChosen(text.slice(secret.from, secret.to), "said"));
  return isSaid ? secret : undefined;
}

/** `AUTH ann:secret`, and a driver's `command [auth secret] failed`. */
function ofAuth({ text, from, at }: Place): Span | undefined {
  if (text.charAt(from - 1) === "[" && text.charAt(plainEnd(text, at, "token", false)) === "]")
    return passwordAt(text, at);
  const secret = passwordBehindUser(text, at);
  return secret && looksChosen(text.slice(secret.from, secret.to), "said") ? secret : undefined;
}

/** `machine h login ann password …` of .netrc. */
function ofNetrc({ text, from, at }: Place): Span | undefined {
  const before = text.slice(Math.max(0, from - 80), from);
  return /\blogin[ \t]+\S{1,64}[ \t]+$/.test(before) ? passwordAt(text, at) : undefined;
}

/** `requirepass …` of redis.conf, `rootpw {SSHA}…` of slapd.conf; `requirepass is …` is a sentence. */
function ofDirective({ text, at }: Place): Span | undefined {
  return text.startsWith("is ", at) ? undefined : (hashed(text, at) ?? passwordAt(text, at));
}

/** Words that a password follows, by how it stands behind them. */
export const announcers: ReadonlyMap<string, (place: Place) => Span | undefined> = new Map([
  ...["requirepass", "masterauth", "bindpw", "rootpw"].map((word) => [word, ofDirective] as const),
  ...["by", "BY", "By", "bY"].map((word) => [word, identifiedBy] as const),
  ["sudo", ({ text, from, to }: Place) => (text.startsWith(" -S", to) ? echoedSecret(text, from) : undefined)],
  ["auth", ofAuth],
  ["password", ofNetrc],
]);
