import { isDigit } from "./chars.ts";

/** `"GET /path HTTP/1.1" 502` as nginx, Apache and Envoy write it, `… from 10.0.0.9:51234 - 502` as chi does. */
const REQUEST = /["']([A-Z]{3,7}) (\S{1,2000}) HTTP\/[\d.]{1,4}["'] (?:status: |from \S{1,100} - |[-=]> )?(\d{3})\b/;
/**
 * `502 502 34 366 "GET https://shop:443/a HTTP/2.0"`: a load balancer's status, the target's, and sizes, as AWS writes them
 * (https://docs.aws.amazon.com/elasticloadbalancing, "Access logs").
 */
const BALANCED = / ([1-5]\d\d) (?:\d{3}|-) \d{1,18} \d{1,18} "([A-Z]{3,7}) (\S{1,2000}) HTTP\//;

/**
 * `503 217 - - SC-- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"`: status, size, cookies, how the session ended, connections and queues, as
 * HAProxy writes them (https://docs.haproxy.org/2.6/configuration.html#8.2.3).
 */
const PROXIED =
  / ([1-5]\d\d) \+?\d{1,18} \S{1,200} \S{1,200} [A-Za-z-]{4} [\d/+]{9,60} \d{1,9}\/\d{1,9} (?:\{[^}]{0,500}\} ){0,2}"([A-Z]{3,7}) (\S{1,2000}) HTTP\//;

/** `GET /path 502 12 ms`, as Express and many others write it. */
const PLAIN_REQUEST =
  /^(?:--> |<-- )?(?:HTTP )?([A-Z]{3,7}) (?:https?:\/\/[^\s/]{1,300})?(\/\S{0,2000}) {1,2}(?:HTTP\/[\d.]{1,4} )?(?:[-=]> )?([1-5]\d\d)(?= |$)/;
/** `"GET /index.php" 502`, as PHP-FPM and others write it. */
const SHORT_REQUEST = /"([A-Z]{3,7}) (\/\S{0,2000})" ([1-5]\d\d)(?= |$)/;
/** `GET /a => generated 12 bytes in 3 msecs (HTTP/1.1 502) `, as uWSGI writes it. */
const UWSGI = / ([A-Z]{3,7}) (\S{1,2000}) => generated .{1,80}\(HTTP\/[\d.]{1,4} (\d{3})\)/;
/** `Completed 502 Bad Gateway in 12 ms`, `Sent 502 in 12 ms`, as Rails and Phoenix write it. */
const COMPLETED = /^(?:Completed|Sent) ([1-5]\d\d) (?=[A-Z]|in )/;
/** `502 Bad Gateway: GET - /a in 12ms`, as Ktor writes it. */
const KTOR = /^([1-5]\d\d) [A-Z][A-Za-z -]{1,40}: ([A-Z]{3,7}) - (\/\S{0,2000})/;
/** `502 GET /a (10.0.0.9) 12ms`: the status comes first, as Tornado and Iris write it. */
const STATUS_FIRST = /^([1-5]\d\d) ([A-Z]{3,7}) (\/\S{0,2000})(?= \(| \d|$)/;
/** `[GIN] 2026/11/20 - 22:27:36 | 502 | 1.2ms | 10.0.0.1 | GET      "/path"` */
const GIN = /^\[GIN\] [^|]{1,40}\| {0,4}(\d{3}) \|[^|]{1,40}\|[^|]{1,60}\| {0,2}([A-Z]{3,7}) +"([^"]{0,2000})"/;

/** Fiber's `502 - 1.2ms GET /path` and `502 | 1.2ms | 10.0.0.1 | GET | /path`: how long it took stands behind the status. */
const TIMED =
  /(?:^|[ \]|])([1-5]\d\d) {1,4}[-|] {0,12}[\d.]{1,12}[\dmsuµμn.]{1,12}[ |]{1,12}(?:[\da-fA-F.:]{3,45}[ |]{1,20})?([A-Z]{3,7})[ |]{1,12}(\/[^\s|]{0,2000})/;
const STATUS_BEFORE = /(?:^|[ \]|])([1-5]\d\d {1,4}[-|] {0,12})$/;

/** Where the sentence of an access line begins: at its status, where that was taken for a field of the header. */
export function startOfAnswer(text: string, from: number): number {
  return from - (STATUS_BEFORE.exec(text.slice(Math.max(0, from - 24), from))?.[1]?.length ?? 0);
}

/** How much of a line is searched for one: its header, and a path. */
const MAX_REQUEST = 2_200;

/** @returns method, path and status */
function timedRequest(text: string): readonly string[] | undefined {
  if (!text.includes(" | ") && !text.includes(" - ")) return undefined;
  const [, status = "", method = "", path = ""] = TIMED.exec(text.slice(0, MAX_REQUEST)) ?? [];
  return status === "" ? undefined : [method, path, status];
}

const statusFirst = (text: string) => KTOR.exec(text) ?? STATUS_FIRST.exec(text);

/**
 * The extended format of the W3C in the order in which IIS writes it: `GET /path query 80 user 10.0.0.9 agent referer 502 0 64 12`, before it
 * the server (https://learn.microsoft.com/windows/win32/http/w3c-logging). No field holds a space; the numbers of the answer end the line.
 */
const W3C =
  /^(?:\S{1,128} ){0,3}([A-Z]{3,7}) (\/\S{0,2000}) \S{1,2000} \d{1,5} (?:\S{1,2000} ){3,6}([1-5]\d\d) \d{1,3} \d{1,10}(?: \d{1,10}){0,3}$/;

/**
 * Method, path and status of an access line, in any of its forms.
 * @param from where the sentence of the line begins
 */
export function requestOf(text: string, from: number): readonly (string | undefined)[] | undefined {
  const protocol = text.indexOf(" HTTP/");
  const quoted = protocol < 0 ? null : REQUEST.exec(text.slice(0, protocol + 160));
  if (quoted !== null) return quoted.slice(1);
  const before = text.slice(0, protocol + 10);
  const balanced = protocol < 0 ? null : (BALANCED.exec(before) ?? PROXIED.exec(before));
  if (balanced !== null) return [balanced[2], balanced[3], balanced[1]];
  if (text.includes(" => generated ")) return UWSGI.exec(text)?.slice(1);
  const plain = PLAIN_REQUEST.exec(text.slice(from));
  if (plain !== null) return plain.slice(1);
  const completed = COMPLETED.exec(text.slice(from, from + 20));
  if (completed !== null) return [undefined, undefined, completed[1]];
  const first = isDigit(text.charCodeAt(from)) ? statusFirst(text.slice(from, from + MAX_REQUEST)) : null;
  if (first !== null) return [first[2], first[3], first[1]];
  const short = protocol < 0 && text.includes('" ') ? SHORT_REQUEST.exec(text.slice(from)) : null;
  if (short !== null) return short.slice(1);
  const gin = text.startsWith("[GIN]") ? GIN.exec(text) : null;
  if (gin !== null) return [gin[2], gin[3], gin[1]];
  // Most lines hold no path.
  if (!text.includes(" /")) return undefined;
  const endsInNumber = isDigit(text.charCodeAt(text.length - 1));
  return (endsInNumber ? W3C.exec(text.slice(from))?.slice(1) : undefined) ?? timedRequest(text);
}
