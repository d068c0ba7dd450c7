import { looksChosen } from "./looks-chosen.ts";
import { isBlank } from "./marks.ts";
import { passwordAt, passwordBehindUser } from "./password-at.ts";
import type { Span } from "./span.ts";
import { createWordGate } from "./word-gate.ts";

/** Behind an account, these hold its password. */
const accountFlags: readonly string[] = ["-p", "-P", "-w", "-X"];
/** These hold both, `name:secret`. */
const pairFlags: readonly string[] = ["-a", "-u", "--user", "--proxy-user"];
export const flags: readonly string[] = [...accountFlags, ...pairFlags];

const mayBeFlag = createWordGate(flags);
const comma = 44;
const colon = 58;

const account =
  /[\s"']-(?:u|U|-user(?:name)?)["']?[ =,]{1,2}["']?[^\s"'-][^\s"']{0,63}["']?,?[ \t](?:[^\n|;&]{1,80}[ \t])?["']?$/;

/** `-u ann -p secret` of any program: who it is stands before it. A port is a number. */
function behindAccount(text: string, from: number, to: number): Span | undefined {
  let at = to;
  while (at - to < 4 && /["', ]/.test(text.charAt(at))) at++;
  const secret = at > to ? passwordAt(text, at) : undefined;
  const value = secret ? text.slice(secret.from, secret.to) : "";
  const isChosen = secret && looksChosen(value, "said") && !/^\d+$/.test(value);
  return isChosen && account.test(text.slice(Math.max(0, from - 160), from)) ? secret : undefined;
}

/** `-uname:secret`. */
function joinedUser(text: string, from: number, to: number): Span | undefined {
  if (!/^-u[A-Za-z]/.test(text.slice(from, from + 3))) return undefined;
  const secret = passwordAt(text, to + 1);
  return secret && text.charCodeAt(to + 1) > 32 ? secret : undefined;
}

/** `-u name:secret`, `--user=name:secret`, `-a name:secret`. */
function behindFlag(text: string, to: number, word: string): Span | undefined {
  const behind = text.charCodeAt(to);
  let at = isBlank(behind) ? to : to + 1;
  while (at - to < 4 && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === comma)) at++;
  const secret = passwordBehindUser(text, at);
  if (!secret) return undefined;
  const value = text.slice(secret.from, secret.to);
  // `docker run -u 1000:1000`.
  if (/^\d+$/.test(value) || (word === "-a" && !looksChosen(value, "beside"))) return undefined;
  return secret;
}

/** The password that a flag of any program holds. */
export function flagSecret(text: string, from: number, to: number): Span | undefined {
  if (text.charCodeAt(to) === colon) return joinedUser(text, from, to);
  if (!mayBeFlag(text, from, to)) return undefined;
  const word = text.slice(from, to);
  if (accountFlags.includes(word)) return behindAccount(text, from, to);
  return pairFlags.includes(word) ? behindFlag(text, to, word) : undefined;
}
