import { classOf, LOWER, UPPER } from "./chars.ts";

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

/** `failed`, `Retrying`: does text[from, to) tell what was or is done? */
export function isDeed(text: string, from: number, to: number): boolean {
  if (!text.startsWith("ed", to - 2) && !text.startsWith("ing", to - 3)) return false;
  for (let i = from + 1; i < to; i++) if (classOf(text.charCodeAt(i)) !== LOWER) return false;
  return true;
}
