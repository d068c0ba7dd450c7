import { harmlessValue } from "./is-value.ts";
import { looksChosen } from "./looks-chosen.ts";
import { isBlank } from "./marks.ts";
import type { Span } from "./span.ts";

/*
 * Passwords in the commands of protocols: AUTH, ACL SETUSER of Redis; PASS of POP3 and FTP (RFC 1939, 959); LOGIN and AUTHENTICATE of
 * IMAP (RFC 3501); AUTH of SMTP (RFC 4954); IDENTIFY, JOIN and OPER of IRC. Answers to them (`AUTH failed`) are words of a language.
 */
interface Argument {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly quoted: boolean;
}

interface Command {
  readonly args: readonly Argument[];
  /** Whether it stands where somebody types or sends one, and not within a sentence. */
  readonly isSent: boolean;
}

const mostArguments = 4;
const maxLine = 400;
const argument = /(?:["']?[ \t]{1,4}|["'],[ ]?(?=["']))(?:"([^"\r\n]{1,128})(?=")|([^\s"'\])]{1,200}))/y;
const ends = /["'\])]{0,3}[ \t]{0,8}(?:[\r\n]|$|[,}])/y;
const mechanism = /^(?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|XOAUTH2|OAUTHBEARER|EXTERNAL|SCRAM-[\w-]{1,20})$/i;
const answer = /^(?=.{8,}$)(?=.*(?:\d|=|[a-z].*[A-Z]))[A-Za-z0-9+/_-]+={0,2}$/;
/** A prompt, a direction, a quote, a tag of IMAP. */
const sender = /(?:^|[>:;"'[\n]|\bquote|\b[A-Za-z]{0,4}\d{1,6}|^\S{1,8}|\n\S{1,8}|<--|-->)[ \t]{0,2}["']?$/;

function argumentsOf(text: string, to: number): { readonly args: readonly Argument[]; readonly whole: boolean } {
  const args: Argument[] = [];
  let at = to;
  while (args.length < mostArguments && at - to < maxLine) {
    argument.lastIndex = at;
    const found = argument.exec(text);
    const value = found?.[1] ?? found?.[2];
    if (value === undefined) break;
    at = argument.lastIndex;
    args.push({ from: at - value.length, to: at, text: value, quoted: found?.[1] !== undefined });
  }
  ends.lastIndex = at;
  return { args, whole: ends.test(text) };
}

const span = ({ from, to }: Argument): Span => ({ from, to, kind: "password" });
const chosen = (arg: Argument | undefined, isSent: boolean): Span | undefined =>
  arg &&
  !mechanism.test(arg.text) &&
  (looksChosen(arg.text, "said") || (arg.quoted && isSent && !harmlessValue(arg.text)))
    ? span(arg)
    : undefined;

/** `AUTH PLAIN AGFubg…`: what answers a mechanism; undefined when none is named. */
function answered([name, value]: readonly Argument[]): Span | "none" | undefined {
  if (!name || !mechanism.test(name.text)) return undefined;
  return value && answer.test(value.text) && !mechanism.test(value.text) ? span(value) : "none";
}

/** Redis, which does not know it: `unknown command 'AUTH', with args beginning with: 'ann' 'secret'`. */
const unknown = /', with args beginning with: (?:'[^'\n]{1,64}' )?'([^'\n]{1,128})'/y;

function ofUnknown(text: string, to: number): Span | undefined {
  unknown.lastIndex = to;
  const value = unknown.exec(text)?.[1];
  return value
    ? { from: unknown.lastIndex - value.length - 1, to: unknown.lastIndex - 1, kind: "password" }
    : undefined;
}

function auth({ args, isSent }: Command, isHello: boolean): Span | undefined {
  const [first, second] = args;
  const said = answered(args);
  if (said || !first) return said === "none" ? undefined : said;
  if (isHello || args.length === 2) return chosen(second, isSent);
  if (args.length > 1) return undefined;
  const isWord = /^[a-z]{8,}$/i.test(first.text) && !/(?:ed|ing|failure|error|success|ful)$/i.test(first.text);
  return chosen(first, isSent) ?? (isSent && isWord && !harmlessValue(first.text) ? span(first) : undefined);
}

const commands: Readonly<Record<string, (command: Command) => Span | undefined>> = {
  // `PASS TestLogin2`, `PASS chk2` tell of tests.
  PASS: ({ args, isSent }) =>
    args.length === 1 && isSent && /^(?!Test).{6}/.test(args[0]?.text ?? "") ? chosen(args[0], isSent) : undefined,
  LOGIN: ({ args, isSent }) =>
    args.length === 2 && isSent && !harmlessValue(args[0]?.text ?? "") ? chosen(args[1], isSent) : undefined,
  AUTHENTICATE: ({ args }) => {
    const said = answered(args);
    return said === "none" ? undefined : said;
  },
  IDENTIFY: ({ args }) => chosen(args.at(-1), true),
  JOIN: ({ args: [channel, key] }) => (channel?.text.startsWith("#") ? chosen(key, true) : undefined),
  OPER: ({ args, isSent }) => (args.length === 2 && isSent ? chosen(args[1], true) : undefined),
};
const lists = /[ \t]\S{1,64}(?:[ \t](?!>)\S{1,64}){0,8}?[ \t]>(\S{4,128})/y;

/** The words that begin a command; also `auth` and `login` as some programs write them. */
export const protocolWords = [...Object.keys(commands), "AUTH", "SETUSER", "user", "login"];
const known = new Set(protocolWords);

/** In small letters only behind a tag: `. login ann secret`. */
function isTagged(text: string, from: number): boolean {
  if (!isBlank(text.charCodeAt(from - 1))) return false;
  let i = from - 2;
  while (i >= 0 && from - i < 11 && text.charCodeAt(i) > 32) i--;
  return i < from - 2 && (i < 0 || text.charCodeAt(i) === 10);
}

/** What the command `word` at `from`..`to` gives away. */
export function protocolSecret(text: string, from: number, to: number, word: string): Span | undefined {
  if (!known.has(word)) return undefined;
  if (word === "user" && from > 0 && text.charCodeAt(from - 1) !== 10) return undefined;
  if (word === "login" && !isTagged(text, from)) return undefined;
  if (word === "SETUSER" || word === "user") {
    lists.lastIndex = to;
    const secret = lists.exec(text)?.[1];
    return secret ? { from: lists.lastIndex - secret.length, to: lists.lastIndex, kind: "password" } : undefined;
  }
  if (word === "AUTH" && text.charAt(to) === "'") return ofUnknown(text, to);
  if (!isBlank(text.charCodeAt(to)) && text.charAt(to) !== '"') return undefined;
  const before = text.slice(Math.max(0, from - 24), from);
  const isHello = word === "AUTH" && /HELLO \d $/.test(before);
  const { args, whole } = argumentsOf(text, to);
  if (!whole && !isHello && word !== "JOIN") return undefined;
  const command = { args, isSent: sender.test(from < 24 ? before : `.${before}`) };
  if (word === "AUTH") return auth(command, isHello);
  return commands[word.toUpperCase()]?.(command);
}
