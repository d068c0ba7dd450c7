import { looksChosen } from "./looks-chosen.ts";
import type { Span } from "./span.ts";

/** Nobody's name and password in an address are longer. */
export const maxUserInfo = 300;
export const maxAccount = 120;
const colon = 58;
const atSign = 64;
const slash = 47;
const question = 63;
const numberSign = 35;
const bracket = 91;
const ellipsis = 8_230;

function onlyDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to && i < from + 6; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** What ends a text may be a port, its name or a place to fill in; everything else is the beginning of a password. */
const looksCut = (rest: string) => rest !== "" && !/^(?:\d+|[a-z-]+|[${%<[(].*)$/.test(rest);

/** Where a line ends, or where somebody has cut it: `…`, ` [… 12 characters more]`. */
const endsAt = (text: string, at: number) =>
  at >= text.length || text.charCodeAt(at) === 10 || text.charCodeAt(at) === ellipsis || text.startsWith(" […", at);

/** Quotes, angle brackets: what surrounds an address. */
const surrounds = (code: number) => code === 34 || code === 39 || code === 60 || code === 62 || code === 96;

/** The part of an address before its host, as far as it was read. */
interface UserInfo {
  /** Where reading stopped. */
  readonly stop: number;
  /** Behind the first colon; -1 when there is none. */
  readonly secretAt: number;
  /** The last at sign behind it; -1 when there is none. */
  readonly atSignAt: number;
}

function userInfo(text: string, at: number, hasAt: boolean): UserInfo {
  const limit = Math.min(text.length, at + maxUserInfo);
  let secretAt = -1;
  let atSignAt = -1;
  let i = at;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32 || code === ellipsis) break;
    if (code === colon && secretAt < 0) secretAt = i + 1;
    else if (code === atSign) {
      if (secretAt < 0) break;
      atSignAt = i;
      // A slash after the host, or after a port, ends the part that can hold credentials; one inside a password does not.
    } else if (mayEndHost(code) && (atSignAt >= 0 || secretAt < 0 || !hasAt || onlyDigits(text, secretAt, i))) break;
  }
  return { stop: i, secretAt, atSignAt };
}

const mayEndHost = (code: number) => surrounds(code) || code === slash || code === question || code === numberSign;

/** A key, a cache's password or a token where a name would stand: `https://0123…@sentry.example/1`, `redis://…@cache`, `nats://…@nats`. */
function isNameSecret(text: string, from: number, to: number): boolean {
  const name = text.slice(from, to);
  if (name.length >= 20 && /^(?=\w*\d)\w+$/.test(name)) return true;
  return withoutNames.test(text.slice(Math.max(0, from - 9), from)) && looksChosen(name, "said");
}

/** A password with which a text ends that was cut. An IPv6 host has colons of its own. */
const isCut = (text: string, at: number, { stop, secretAt }: UserInfo) =>
  secretAt > at + 1 && text.charCodeAt(at) !== bracket && endsAt(text, stop) && looksCut(text.slice(secretAt, stop));

/**
 * `user:password@` right after `scheme://`; the span of the password. `hasAt`: an `@` follows somewhere. A text that was cut
 * within the password ends with it.
 */
export function urlPassword(text: string, at: number, hasAt: boolean): Span | undefined {
  const info = userInfo(text, at, hasAt);
  const { stop, secretAt, atSignAt } = info;
  if (secretAt < 0) {
    const isName = stop < text.length && text.charCodeAt(stop) === atSign && isNameSecret(text, at, stop);
    return isName ? { from: at, to: stop, kind: "url-password" } : undefined;
  }
  const to = atSignAt < 0 && isCut(text, at, info) ? stop : atSignAt;
  return to > secretAt && !text.startsWith("<redacted-", secretAt)
    ? { from: secretAt, to, kind: "url-password" }
    : undefined;
}

const withoutNames = /(?:rediss?|nats|tls):\/\/$/;

const beforeOracle = /\b(?:(?:thin|oci):|(?:sqlplus|connect|conn|impdp|expdp|rman)[ \t]["']?)$/i;
const hostAndPort = /@[A-Za-z0-9.-]{1,100}:\d{2,5}\//y;

/** `name:password@host:5432/`; `from` is behind the colon. */
export function barePassword(text: string, from: number, mayLook: (at: number) => boolean): Span | undefined {
  let i = from;
  for (const limit = Math.min(text.length, from + 100); i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === atSign) break;
    if (!(code > 32) || code === colon || code === slash || surrounds(code)) return undefined;
  }
  if (i === text.length) return undefined;
  hostAndPort.lastIndex = i;
  return i - from >= 3 && mayLook(from) && hostAndPort.test(text) ? { from, to: i, kind: "url-password" } : undefined;
}

/** `user/password@host` of Oracle, behind what it is written after: `thin:`, `sqlplus`. `to` is where the at sign stands. */
export function oraclePassword(text: string, from: number, to: number): Span | undefined {
  if (!beforeOracle.test(text.slice(Math.max(0, from - 12), from))) return undefined;
  const at = text.indexOf("/", from);
  return at > from && at + 1 < to ? { from: at + 1, to, kind: "url-password" } : undefined;
}

/** `user:password@tcp(db:3306)/shop` of Go's MySQL; `to` is where the colon stands. */
export function driverPassword(text: string, to: number): Span | undefined {
  const found = /^[^\s"'`]{1,100}@(?:tcp|unix)\(/.exec(text.slice(to + 1, to + maxAccount));
  return found ? { from: to + 1, to: to + 1 + found[0].lastIndexOf("@"), kind: "url-password" } : undefined;
}
