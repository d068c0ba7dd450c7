import { isDigit } from "../../../log-lines/chars.ts";
import { type TokenLine, WILD } from "./token-line.ts";

const SLASH = 47;
const COLON = 58;

/** `[26/Aug/2026:`: the time of an access line in the common format, its bracket at `at`. */
export const isAccessTime = (text: string, at: number): boolean =>
  text.charCodeAt(at + 3) === SLASH &&
  text.charCodeAt(at + 7) === SLASH &&
  text.charCodeAt(at + 12) === COLON &&
  isDigit(text.charCodeAt(at + 1));

/** Before that time stand a host, who the client says it is, and who it is (Apache's `%h %l %u`): names, after an address. */
export function takeUser(line: TokenLine): void {
  const { hash, count } = line;
  if (count < 2 || count > 3 || line.words !== count - 1 || hash[0] !== WILD) return;
  line.end[0] = line.end[count - 1] ?? 0;
  line.count = 1;
  line.words = 0;
}
