import { afterColour } from "./marks.ts";
import type { Span } from "./span.ts";

/** A text as a person reads it: without colours and signs that nobody sees, escapes written out, letters that look like others as those. */
export interface PlainView {
  readonly text: string;
  /** Letter for letter as long as what was looked at: it says all that the other does. */
  readonly isAsLong: boolean;
  /** Where a part of it stands in the text that was looked at. */
  readonly original: (span: Span) => Span;
}

interface Sign {
  /** How long it is as it is written. */
  readonly width: number;
  /** What a person reads; undefined when it shows nothing. */
  readonly code: number | undefined;
}

const backslash = 92;
const percent = 37;
const ampersand = 38;
const escapeCode = 27;
const maxBackslashes = 15;

/** Letters of other alphabets that look like ours (Unicode TR 39, confusables). */
const looksLike = new Map(
  [..."аaеeоoрpсcхxуyіiѕsԁdһhкkтtмmвbнhαaοoρpεeιiκkνvτtυuАAВBЕEКKМMНHОOРPСCТTХX"].flatMap((letter, i, all) =>
    i % 2 === 0 ? [[letter.charCodeAt(0), (all[i + 1] ?? "").charCodeAt(0)] as const] : [],
  ),
);
const isAlphabet = (code: number) => code >= 0x370 && code <= 0x52f;
const isAscii = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isUnseen = (code: number) =>
  code === 0xad ||
  code === 0xfeff ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  (code >= 0x300 && code <= 0x36f);
const quotes = new Map([
  ...[0x201c, 0x201d, 0x201e, 0xab, 0xbb].map((code) => [code, 34] as const),
  ...[0x2018, 0x2019, 0x201a].map((code) => [code, 39] as const),
]);

/** Dots and brackets stay what they are: `…` says that something is missing. */
const stands = /[\w\s:=]/;

// Each sign beyond ASCII is decided about once.
const folded = new Map<number, number>();
const maxFolded = 5_000;

/** The ASCII letter or sign that a wide, small, bold, accented or circled one stands for (Unicode's NFKD); itself when there is none. */
function fold(point: number): number {
  const known = folded.get(point);
  if (known !== undefined) return known;
  const first = String.fromCodePoint(point).normalize("NFKD").charCodeAt(0);
  const code = quotes.get(point) ?? (first < 128 && stands.test(String.fromCharCode(first)) ? first : point);
  if (folded.size >= maxFolded) folded.clear();
  folded.set(point, code);
  return code;
}

function foreign(text: string, at: number, isMixed: boolean): Sign {
  const code = text.charCodeAt(at);
  if (isUnseen(code)) return { width: 1, code: undefined };
  const twin = isMixed ? looksLike.get(code) : undefined;
  if (twin !== undefined) return { width: 1, code: twin };
  if (code < 0xd800 || code > 0xdbff) return { width: 1, code: isAlphabet(code) ? code : fold(code) };
  const ascii = fold(text.codePointAt(at) ?? code);
  return ascii < 128 ? { width: 2, code: ascii } : { width: 1, code };
}

const isNameSign = (code: number) => /[\w.-]/.test(String.fromCharCode(code));
const shortEscapes: ReadonlyMap<number, number> = new Map([
  [110, 10],
  [114, 13],
  [116, 9],
]);
const writtenColour = /\\{1,15}(?:u001b|x1b|033|e)\[[0-9;]{0,12}[a-z]/iy;

/** `\n`, `\\u0070`, `\u001b[31m`, at any depth of JSON within JSON. */
function escaped(text: string, at: number): Sign | undefined {
  let end = at;
  while (end - at < maxBackslashes && text.charCodeAt(end) === backslash) end++;
  const code = text.charCodeAt(end);
  const short = shortEscapes.get(code);
  if (short !== undefined) return { width: end + 1 - at, code: short };
  const short16 = code === 120 ? /^[2-7][0-9a-f]/i.exec(text.slice(end + 1, end + 3))?.[0] : undefined;
  if (short16 && isNameSign(Number.parseInt(short16, 16)))
    return { width: end + 3 - at, code: Number.parseInt(short16, 16) };
  if (code !== 117 && code !== 120 && code !== 48 && code !== 101) return undefined;
  writtenColour.lastIndex = at;
  if (writtenColour.test(text)) return { width: writtenColour.lastIndex - at, code: undefined };
  const digits = code === 117 ? /^00([0-7][0-9a-f])/i.exec(text.slice(end + 1, end + 5)) : undefined;
  const sign = digits?.[1] === undefined ? undefined : Number.parseInt(digits[1], 16);
  return sign !== undefined && isNameSign(sign) ? { width: end + 5 - at, code: sign } : undefined;
}

/** `%70`: a letter or digit that needed no escape. */
function encoded(text: string, at: number): Sign | undefined {
  const digits = text.slice(at + 1, at + 3);
  if (!/^[3-7][0-9a-f]$/i.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  return isNameSign(code) ? { width: 3, code } : undefined;
}

const entities: ReadonlyMap<string, number> = new Map([
  ["lt", 60],
  ["gt", 62],
  ["quot", 34],
  ["apos", 39],
]);
const entity = /&(?:(lt|gt|quot|apos)|#(\d{2,3})|#x([0-9a-f]{2}));/iy;

/** `&lt;`, `&#61;` of HTML. */
function ofHtml(text: string, at: number): Sign | undefined {
  entity.lastIndex = at;
  const [whole, name, decimal, hex] = entity.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const code = entities.get(name?.toLowerCase() ?? "") ?? Number.parseInt(decimal ?? hex ?? "", decimal ? 10 : 16);
  return code >= 32 && code < 127 ? { width: whole.length, code } : undefined;
}

function signAt(text: string, at: number, isMixed: boolean): Sign | undefined {
  const code = text.charCodeAt(at);
  if (code >= 128) return foreign(text, at, isMixed);
  if (code === backslash) return escaped(text, at);
  if (code === percent) return encoded(text, at);
  if (code === ampersand) return ofHtml(text, at);
  const end = code === escapeCode ? afterColour(text, at) : at;
  return end > at ? { width: end - at, code: undefined } : undefined;
}

/** Whether the word of letters at `at` mixes alphabets; also where it ends. */
function alphabets(text: string, at: number): { readonly isMixed: boolean; readonly end: number } {
  let [end, ours, others] = [at, false, false];
  for (; end - at < 64; end++) {
    const code = text.charCodeAt(end);
    if (isAscii(code)) ours = true;
    else if (isAlphabet(code)) others = true;
    else break;
  }
  return { isMixed: ours && others, end };
}

const isPlain = (code: number) =>
  code < 128 && code !== backslash && code !== percent && code !== escapeCode && code !== ampersand;

const mayDiffer = (text: string) =>
  text.includes("\\") ||
  text.includes("\u001b") ||
  text.includes("%") ||
  text.includes("&lt;") ||
  text.includes("&#") ||
  /[^\0-\x7f]/.test(text);

/** The same text in plain letters; undefined when it is already. Linear; takes six bytes a character while it works. */
export function plainView(text: string): PlainView | undefined {
  if (!mayDiffer(text)) return undefined;
  const codes = new Uint16Array(text.length);
  const places = new Uint32Array(text.length);
  let size = 0;
  let differs = false;
  let word = { isMixed: false, end: 0 };
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    const plain = isPlain(code);
    if (!plain && isAlphabet(code) && i >= word.end) word = alphabets(text, wordStart(text, i));
    const sign = plain ? undefined : signAt(text, i, word.isMixed && i < word.end);
    const read = sign ? sign.code : code;
    if (read !== undefined) {
      codes[size] = read;
      places[size++] = i;
    }
    if (sign && (sign.code !== code || sign.width > 1)) differs = true;
    i += sign?.width ?? 1;
  }
  if (!differs) return undefined;
  const widthAt = (at: number) => {
    const code = text.charCodeAt(at);
    return isPlain(code) ? 1 : (signAt(text, at, false)?.width ?? 1);
  };
  return {
    isAsLong: size === text.length,
    text: Buffer.from(codes.buffer, 0, size * 2).toString("utf16le"),
    original: ({ from, to, kind }) => {
      const last = places[to - 1] ?? 0;
      return { from: places[from] ?? 0, to: last + widthAt(last), kind };
    },
  };
}

function wordStart(text: string, at: number): number {
  let from = at;
  while (at - from < 24 && from > 0 && (isAscii(text.charCodeAt(from - 1)) || isAlphabet(text.charCodeAt(from - 1))))
    from--;
  return from;
}
