import { isBlank } from "./marks.ts";
import type { Span } from "./span.ts";

// Numbers of payment cards (ISO/IEC 7812-1) and of bank accounts (ISO 13616, IBAN): told by their lengths and their check digits.

const dash = 45;
const dot = 46;
const isDigit = (code: number) => code >= 48 && code <= 57;
const isUpper = (code: number) => code >= 65 && code <= 90;

/** Visa, Mastercard, American Express, Discover, JCB: as long as they are written without groups. */
const card =
  /^(?:4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12})$/;
/** Those, and some that only their groups tell apart from other numbers: Diners Club, UnionPay, long ones of Visa. */
const groupedCard = /^(?:3(?:0[0-5]|[689]\d)\d{11}|62\d{14,17}|4\d{18})$/;
const groups = /\d{4}(?:([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|([ -])\d{6}\2\d{4,5})(?![\w-]|[ -]\d)/y;

/** ISO/IEC 7812-1, annex B: every second digit from the right is doubled. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    sum += i % 2 === 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
  }
  return sum % 10 === 0;
}

function cardAt(text: string, from: number, to: number): Span | undefined {
  groups.lastIndex = from;
  const written = groups.exec(text)?.[0];
  if (written) {
    const digits = written.replace(/[ -]/g, "");
    const isCard = (card.test(digits) || groupedCard.test(digits)) && hasCheckDigit(digits);
    return isCard ? { from, to: from + written.length, kind: "card" } : undefined;
  }
  const digits = text.slice(from, to);
  return card.test(digits) && hasCheckDigit(digits) ? { from, to, kind: "card" } : undefined;
}

/** How long the account numbers of each country are (registry of ISO 13616). */
const lengths = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 " +
    "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 " +
    "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 " +
    "RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((one) => [one.slice(0, 2), Number(one.slice(2))]),
);

/** The account number that begins at `from`, in groups of four or without any. */
function accountAt(text: string, from: number): Span | undefined {
  const length = lengths.get(text.slice(from, from + 2)) ?? 0;
  let number = "";
  let at = from;
  while (number.length < length) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isUpper(code)) number += text.charAt(at++);
    else if (code === 32 && number.length % 4 === 0 && text.charCodeAt(at - 1) !== 32) at++;
    else return undefined;
  }
  if (length === 0 || /[\w-]/.test(text.charAt(at))) return undefined;
  let rest = 0;
  for (const sign of number.slice(4) + number.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1 ? { from, to: at, kind: "account" } : undefined;
}

/** Four digits, or four signs of an account, before the next group; and the shortest that is written without groups. */
export const groupChars = 4;
const leastPaymentChars = 14;
/** First signs of cards and of account numbers. */
export const paymentStarts = "23456ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The number of a card or an account that begins with the word `from`..`to`. The quick answer to most words comes first. */
export function paymentNumber(text: string, from: number, to: number): Span | undefined {
  const length = to - from;
  if (length < leastPaymentChars && !(length === groupChars && isBlank(text.charCodeAt(to)))) return undefined;
  const first = text.charCodeAt(from);
  if (first >= 50 && first <= 54 && isDigit(text.charCodeAt(from + 1))) {
    let end = to;
    // The point that ends a sentence belongs to no number.
    while (end > from && (text.charCodeAt(end - 1) === dot || text.charCodeAt(end - 1) === dash)) end--;
    return cardAt(text, from, end);
  }
  return isUpper(first) && isUpper(text.charCodeAt(from + 1)) && isDigit(text.charCodeAt(from + 2))
    ? accountAt(text, from)
    : undefined;
}
