import { isLetter } from "../../../log-lines/chars.ts";
import { isQuote } from "./scan-quoted.ts";

const SLASH = 47;

/** `PUT from 10.0.0.1` */
const FROM = " from ";

/** `GET /items`, `DELETE http://carts/7`: is the word that ends at `to` followed by what a request is for? */
export function leadsTarget(text: string, to: number, end: number): boolean {
  if (text.charCodeAt(to) !== 32) return false;
  if (text.charCodeAt(to + 1) === SLASH || (isQuote(text.charCodeAt(to + 1)) && text.charCodeAt(to + 2) === SLASH))
    return true;
  if (text.startsWith(FROM, to)) return true;
  let i = to + 1;
  while (i < end && isLetter(text.charCodeAt(i))) i++;
  return text.startsWith("://", i);
}

/** `"GET /a HTTP/1.1"`: the request line of an access log, the method at `from`. */
export function isRequestLine(text: string, from: number, end: number): boolean {
  const quote = text.charCodeAt(from - 1);
  if (!isQuote(quote)) return false;
  const close = text.indexOf(String.fromCharCode(quote), from);
  return text.slice(from, close < 0 || close > end ? end : close).includes(" HTTP/");
}

const SQL = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE "];
/** Longest name of a table, with its schema, and the word after it. */
const LONGEST_TABLE = 128;

/** `slow query SELECT a FROM b`: does a statement of SQL, written as usual in capitals, begin at `at`? */
export function beginsSql(text: string, at: number): boolean {
  const opening = SQL.find((words) => text.startsWith(words, at));
  if (opening !== "UPDATE ") return opening !== undefined;
  const table = text.indexOf(" ", at + opening.length);
  return table > 0 && table - at < LONGEST_TABLE && text.startsWith(" SET ", table);
}
