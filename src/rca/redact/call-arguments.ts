import { harmlessValue, isValue } from "./is-value.ts";
import { looksChosen } from "./looks-chosen.ts";
import { closingOf, isBlank, openingAt } from "./marks.ts";
import type { Span } from "./span.ts";

/*
 * Calls as traces and statements write them: `login('ann', '…')`, `new PDO('mysql:…', 'shop', '…')`, `pgp_sym_encrypt(x, '…')`. Which of
 * its texts is the password is told by what the function does.
 */
interface Call {
  readonly name: RegExp;
  /** Which of the texts in quotes it is, the first being 0. */
  readonly place: number;
  /** Whatever stands there is a password; otherwise it must look like one. */
  readonly sure: boolean;
}

const calls: readonly Call[] = [
  {
    name: /(?:log_?in|log_?on|sign_?in|imap_open|(?:create|add|drop)_?user|ldap_bind|simple_bind(?:_s)?)$/i,
    place: 1,
    sure: true,
  },
  { name: /(?:change|set|check|verify|update|reset|validate)_?(?:user_?)?password$/i, place: 1, sure: true },
  { name: /pgp_sym_(?:en|de)crypt|(?:aes|des)_(?:en|de)crypt$/i, place: 1, sure: true },
  { name: /(?:^|[.>:])(?:auth|authenticate|bind)$/i, place: 1, sure: false },
  {
    name: /(?:getConnection|mysqli_(?:real_)?connect|mysql_p?connect|real_connect|PDO|mysqli)$/i,
    place: 2,
    sure: true,
  },
  { name: /(?:^|[.>:])(?:connect|__construct)$/i, place: 2, sure: false },
];
const longestName = 48;
const maxArguments = 800;
const mostArguments = 6;
const comma = 44;
const open = 40;
const close = 41;
const newline = 10;

// Last letters of the names above: almost every word before a bracket is turned away here.
const endings = new Set([..."nrtdsehoi"].map((letter) => letter.charCodeAt(0)));

/** The arguments in quotes, in order; one without counts for nothing. */
function textsOf(text: string, at: number): Span[] {
  const found: Span[] = [];
  const limit = Math.min(text.length, at + maxArguments);
  let i = at;
  for (let count = 0; count < mostArguments && i < limit; count++) {
    while (isBlank(text.charCodeAt(i))) i++;
    const opening = openingAt(text, i);
    if (opening) {
      const from = i + opening.length;
      const to = closingOf(text, from, opening, limit);
      found.push({ from, to, kind: "password" });
      i = to + opening.length;
    }
    // `Object(mysqli)` is one argument.
    for (let depth = 0; i < limit && (depth > 0 || text.charCodeAt(i) !== comma); i++) {
      const code = text.charCodeAt(i);
      if (code === open) depth++;
      else if (code === newline || (code === close && --depth < 0)) return found;
    }
    i++;
  }
  return found;
}

/** Whether a call with a text in quotes may begin at the bracket behind `to`. */
export function mayCall(text: string, to: number): boolean {
  return text.charCodeAt(to) === 40 && endings.has(text.charCodeAt(to - 1) | 32);
}

/** The password among the arguments of the function `from`..`to`. */
export function callArgument(text: string, from: number, to: number): Span | undefined {
  const before = text.slice(Math.max(0, from - 12), from);
  const owner = /(?:mysqli|PDO)(?:->|::|\.)$/.test(before);
  const name = text.slice(Math.max(from, to - longestName), to);
  const call = owner ? calls[4] : calls.find((one) => one.name.test(/[>:]$/.test(before) ? `>${name}` : name));
  if (!call) return undefined;
  const secret = textsOf(text, to + 1)[call.place];
  if (!secret || secret.to <= secret.from) return undefined;
  const value = text.slice(secret.from, secret.to);
  return isValue(value, "password", false) && !harmlessValue(value) && (call.sure || looksChosen(value, "said"))
    ? secret
    : undefined;
}
