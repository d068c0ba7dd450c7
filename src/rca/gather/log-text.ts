import { refusalWords } from "../../cluster/refusal-words.ts";

/** What kind of trouble a log line tells of. One line may tell of several. */
export type LogSign =
  | "missing-env"
  | "bad-config"
  | "forbidden"
  | "unauthorized"
  | "certificate"
  | "name-not-found"
  | "refused"
  | "timeout"
  | "reset"
  | "pool"
  | "rate-limited"
  | "disk-full"
  | "heap"
  | "exception"
  | "bad-command"
  | "upstream"
  | "slow";

// Wording of common runtimes and libraries (Node, Java, Go, Python, Ruby, Postgres, nginx).
const signs: readonly (readonly [LogSign, RegExp])[] = [
  [
    "missing-env",
    /environment variable|missing (?:required )?env|\bKeyError: ['"][A-Z][A-Z0-9_]+['"]|\b[A-Z][A-Z0-9_]{2,}\b ?(?:['"] ?)?(?:is not set|not set|is missing|must be set|is required|is undefined|required but)|required (?:key|variable|env\w*) [`'"]?[A-Z][A-Z0-9_]{2,}|resolve placeholder ['"`][A-Z]|key not found: ['"`][A-Z][A-Z0-9_]{2,}|\b[A-Z][A-Z0-9_]{2,}: (?:unbound variable|parameter (?:null or )?not set)/,
  ],
  [
    "bad-config",
    /config(?:uration)? (?:error|invalid|file)|invalid (?:config|value|setting|option|number|url|port|json|yaml)|(?:failed|cannot|could not|unable) to (?:parse|load|read) (?:the )?config|parse error|unmarshal|Unexpected token .* JSON|is not valid JSON|NumberFormatException|invalid literal for|unknown (?:flag|option|setting|log level)|must be (?:a|an|one of|between|greater|less|at least|at most)\b|not a (?:valid )?(?:number|integer|url|boolean|duration)|(?<!\b(?:index|bounds|offset|subscript|position|iterator)["']? (?:was |is )?)out of range/i,
  ],
  [
    "forbidden",
    /\bforbidden\b|(?:status|HTTP|code|statusCode)["']?[ =:]{1,3}"?403\b|access denied|permission denied|EACCES|not authori[sz]ed|\bdenied to user\b|\bNOPERM\b|\bcannot (?:get|list|watch|create|update|patch|delete) resource/i,
  ],
  ["unauthorized", refusalWords],
  [
    "certificate",
    /certificate (?:has |is )?(?:expired|not yet valid)|x509: certificate|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate verify failed|CertificateExpiredException/i,
  ],
  [
    "name-not-found",
    /ENOTFOUND|EAI_AGAIN|no such host|NXDOMAIN|name resolution|UnknownHostException|could not resolve|Name or service not known|server misbehaving/i,
  ],
  ["refused", /ECONNREFUSED|connection refused/i],
  ["timeout", /ETIMEDOUT|ESOCKETTIMEDOUT|timed? ?out|timeout|deadline exceeded/i],
  ["reset", /ECONNRESET|EPIPE|connection reset|broken pipe|socket hang up|unexpected EOF/i],
  [
    "pool",
    /pool (?:is )?(?:exhausted|full|timeout|limit)|(?:timeout|timed out|waiting)[^.]{0,30}(?:acquir|connection from|for (?:a )?(?:free |idle )?connection|pool)|no (?:free|idle|available) connections?|too many (?:clients|connections|open files)|remaining connection slots|\bE[MN]FILE\b|EADDRNOTAVAIL|cannot assign requested address|unable to create (?:new )?native thread|can't start new thread|QueuePool limit|connection is not available/i,
  ],
  [
    "rate-limited",
    /too many requests|rate.?limit(?:ed)?|(?:status|HTTP|code|statusCode)["']?[ =:]{1,3}"?429\b|quota exceeded for/i,
  ],
  [
    "disk-full",
    /no space left on device|ENOSPC|disk (?:is )?full|out of disk space|\berr(?:or|no)[: ]{1,2}28\b|disk quota exceeded/i,
  ],
  [
    "heap",
    /OutOfMemoryError|heap out of memory|cannot allocate memory|MemoryError|fatal error: runtime: out of memory/i,
  ],
  [
    "exception",
    /\b(?:Type|Reference|Range|Syntax|Assertion|Index|Attribute|Value|Key)Error\b|NullPointerException|IllegalStateException|\bpanic:|Traceback \(most recent|unhandled|uncaught|segmentation fault|nil pointer/i,
  ],
  [
    "bad-command",
    /cannot find module|command not found|no such file or directory|executable file not found|unrecognized (?:argument|option)|unknown (?:command|subcommand|job|task)|exec format error|^usage:/i,
  ],
  [
    "upstream",
    /\bcall(?:ing)? to \S+ failed|upstream \S+|(?:request|connection|connect) to \S+ (?:failed|refused|timed out)|dial tcp|bad gateway|service unavailable/i,
  ],
  ["slow", /\bslow(?:ly|er)?\b|took too long|latency|exceeded \d+ ?ms/i],
];

/** In the order of `signs`; of a line of more than 2,000 characters only the beginning is looked at. */
export function signsOf(line: string): readonly LogSign[] {
  const text = line.length > 2_000 ? line.slice(0, 2_000) : line;
  return signs.filter(([, pattern]) => pattern.test(text)).map(([sign]) => sign);
}

const readChars = 600;
const templateChars = 400;
/** Counters of requests in any base: `"reqId":"req-1ad"`, `trace_id=x7`. Their names are all that tells them from words. */
const namedId =
  /\b((?:req(?:uest)?|trace|span|correlation|session|transaction|tx)[_-]?id["']?\s?[:=]\s?["']?)[\w.+/-]+/gi;

/** The line with everything that varies from call to call masked: times, numbers, ids, addresses. */
export function templateOfLine(line: string): string {
  // Masked first, then cut: an id that is cut in two would no longer be known as one. Hexadecimal ids are masked as numbers are:
  // of their eight digits all may be decimal.
  return (line.length > readChars ? line.slice(0, readChars) : line)
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>")
    .replace(namedId, "$1<id>")
    .replace(/\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}\b/gi, "<n>")
    .replace(/\b\d+(?:\.\d+)*(?:ms|s|m|h|%)?\b/g, "<n>")
    .replace(/\b([a-z]{1,3})\d+\b/gi, "$1<n>")
    .slice(0, templateChars);
}
