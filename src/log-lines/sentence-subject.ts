import { classOf, isDigit, LOWER, UPPER } from "./chars.ts";

/** Words with which a sentence begins, where who wrote it could stand. */

const SLASH = 47;

/** Endings of files that programs read and write; those of source code name who speaks. */
const DATA = new Set(
  (
    "bak bin cfg conf crt css csv dat db doc docx env gif gz htm html ini iso jpeg jpg json key list lock " +
    "log md mp3 mp4 parquet pdf pem pid png properties sock sql svg tar tgz tmp toml txt xls xlsx xml " +
    "yaml yml zip"
  ).split(" "),
);
const LONGEST_ENDING = 10;

/** `/srv/shop`, `shop.conf`: is text[from, to) a file that the sentence is about? */
export function isFile(text: string, from: number, to: number): boolean {
  if (text.charCodeAt(from) === SLASH) return true;
  const dot = text.lastIndexOf(".", to - 1);
  return dot > from && to - dot <= LONGEST_ENDING + 1 && DATA.has(text.slice(dot + 1, to));
}

/** `Failed`, `Timeout`: is text[from, to) a word with a capital and small letters behind it? */
export function isCapitalised(text: string, from: number, to: number): boolean {
  if (classOf(text.charCodeAt(from)) !== UPPER) return false;
  for (let i = from + 1; i < to; i++) if (classOf(text.charCodeAt(i)) !== LOWER) return false;
  return true;
}

/** `10.0.0.7:80`, `1.5`: does text[from, to) begin with a digit and hold a dot? */
export function isAddress(text: string, from: number, to: number): boolean {
  const dot = text.indexOf(".", from);
  return isDigit(text.charCodeAt(from)) && dot > from && dot < to;
}

/** `failed`, `Retrying`: does text[from, to) tell what was or is done? */
export function isDeed(text: string, from: number, to: number): boolean {
  if (!text.startsWith("ed", to - 2) && !text.startsWith("ing", to - 3)) return false;
  for (let i = from + 1; i < to; i++) if (classOf(text.charCodeAt(i)) !== LOWER) return false;
  return true;
}

/** `10.0.0.7`, `Failed`, `retrying`: is text[from, to), before a dash, the beginning of a sentence and not the name of a program? */
export const beginsSentence = (text: string, from: number, to: number) =>
  isAddress(text, from, to) || isCapitalised(text, from, to) || isDeed(text, from, to);
