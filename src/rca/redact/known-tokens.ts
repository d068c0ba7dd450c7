import type { Span } from "./span.ts";

interface TokenFormat {
  readonly kind: string;
  /** Literal start; looked up first, so that the expression runs only where it may match. */
  readonly prefix: string;
  /** Sticky, bounded, without nested repetition. */
  readonly pattern: RegExp;
}

const format = (kind: string, prefix: string, rest: string): TokenFormat => ({
  kind,
  prefix,
  pattern: new RegExp(prefix.replace(/[.]/g, "\\.") + rest, "y"),
});

/** Token formats whose makers gave them a recognisable start. */
const formats: readonly TokenFormat[] = [
  ...["AKIA", "ASIA", "ABIA", "ACCA"].map((prefix) => format("aws-key-id", prefix, "[A-Z0-9]{16}(?![A-Za-z0-9])")),
  format("gcp-api-key", "AIza", "[A-Za-z0-9_-]{35}"),
  format("gcp-oauth", "ya29.", "[A-Za-z0-9_-]{20,1000}"),
  format("gcp-oauth-client", "GOCSPX-", "[A-Za-z0-9_-]{20,60}"),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) => format("github", prefix, "[A-Za-z0-9]{20,255}")),
  format("github", "github_pat_", "[A-Za-z0-9_]{22,255}"),
  ...["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"].map((prefix) =>
    format("gitlab", prefix, "[A-Za-z0-9_.-]{20,255}"),
  ),
  ...["xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xoxc-", "xoxd-"].map((prefix) =>
    format("slack", prefix, "[A-Za-z0-9.%/+-]{10,255}"),
  ),
  format("slack", "xapp-", "[A-Za-z0-9-]{10,255}"),
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_"].map((prefix) =>
    format("stripe", prefix, "[A-Za-z0-9]{10,255}"),
  ),
  format("stripe", "whsec_", "[A-Za-z0-9+/=]{16,255}"),
  format("openai", "sk-proj-", "[A-Za-z0-9_-]{20,255}"),
  format("anthropic", "sk-ant-", "[A-Za-z0-9_-]{20,255}"),
  format("openai", "sk-", "[A-Za-z0-9_-]{20,255}"),
  format("npm", "npm_", "[A-Za-z0-9]{30,255}"),
  format("pypi", "pypi-", "[A-Za-z0-9_-]{40,1000}"),
  format("huggingface", "hf_", "[A-Za-z0-9]{30,100}"),
  format("sendgrid", "SG.", "[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}"),
  format("digitalocean", "dop_v1_", "[a-f0-9]{64}"),
  ...["shpat_", "shppa_", "shpca_", "shpss_"].map((prefix) => format("shopify", prefix, "[a-fA-F0-9]{32}")),
  format("grafana", "glsa_", "[A-Za-z0-9_]{32,100}"),
  format("docker", "dckr_pat_", "[A-Za-z0-9_-]{20,100}"),
  format("vault", "hvs.", "[A-Za-z0-9_-]{20,255}"),
  format("age", "AGE-SECRET-KEY-", "[A-Z0-9]{50,70}"),
  format("twilio", "SK", "[a-f0-9]{32}(?![A-Za-z0-9])"),
  format("jwt", "eyJ", "[A-Za-z0-9_-]{10,8000}\\.[A-Za-z0-9_-]{4,16000}(?:\\.[A-Za-z0-9_-]{0,4000})?"),
  // Too short, or too often of too few letters, to be told by their randomness alone.
  format("new-relic", "NRAK-", "[A-Z0-9]{27}(?![A-Za-z0-9])"),
  format("postman", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
  ...["pat-na1-", "pat-eu1-"].map((prefix) => format("hubspot", prefix, "[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}")),
  format("brevo", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
  ...["pt", "st", "sa", "ct", "scim", "audit"].map((use) => format("doppler", `dp.${use}.`, "[A-Za-z0-9_.-]{40,100}")),
  format("circleci", "CCIPAT_", "[A-Za-z0-9]{22}_[a-f0-9]{40}"),
  format("rubygems", "rubygems_", "[a-f0-9]{48}"),
  format("netlify", "nfp_", "[A-Za-z0-9]{36}"),
  format("square", "sq0csp-", "[A-Za-z0-9_-]{43}"),
  format("figma", "figd_", "[A-Za-z0-9_-]{40}"),
  format("replicate", "r8_", "[A-Za-z0-9]{37}(?![A-Za-z0-9])"),
  format("databricks", "dapi", "[a-f0-9]{32}(?![A-Za-z0-9])"),
  format("linear", "lin_api_", "[A-Za-z0-9]{40}"),
  ...["pw", "tkn", "oauth"].map((use) => format("planetscale", `pscale_${use}_`, "[A-Za-z0-9_.=-]{32,64}")),
  format("supabase", "sbp_", "[a-f0-9]{40}"),
  format("tailscale", "tskey-", "[a-z]{3,12}-[A-Za-z0-9]{6,32}-[A-Za-z0-9]{16,64}"),
  format("pulumi", "pul-", "[a-f0-9]{40}"),
  format("adafruit", "aio_", "[A-Za-z0-9]{28}(?![A-Za-z0-9])"),
  ...["hvb.", "hvr."].map((prefix) => format("vault", prefix, "[A-Za-z0-9_-]{20,400}")),
  format("buildkite", "bkua_", "[a-f0-9]{40}"),
  // A digit: a short name and a method of it look alike otherwise.
  format("vault", "s.", "(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24}(?![A-Za-z0-9.(])"),
  format("k3s", "K10", "[a-f0-9]{64}::[a-z0-9:.-]{1,100}:[a-z0-9]{16,64}"),
  format("azure", "8Q~", "[A-Za-z0-9_.~-]{30,40}"),
  ...["gloas-", "glagent-", "glimt-", "glffct-"].map((prefix) => format("gitlab", prefix, "[A-Za-z0-9_-]{20,255}")),
  format("docker", "dckr_oat_", "[A-Za-z0-9_-]{20,100}"),
  format("groq", "gsk_", "[A-Za-z0-9]{40,64}"),
  format("perplexity", "pplx-", "[A-Za-z0-9]{40,64}"),
  format("xai", "xai-", "[A-Za-z0-9]{60,100}"),
  format("nvidia", "nvapi-", "[A-Za-z0-9_-]{50,80}"),
  format("tavily", "tvly-", "[A-Za-z0-9-]{24,64}"),
  format("pinecone", "pcsk_", "[A-Za-z0-9_]{40,100}"),
  format("huggingface", "api_org_", "[A-Za-z]{34}(?![A-Za-z0-9])"),
  ...["lsv2_pt_", "lsv2_sk_"].map((prefix) => format("langsmith", prefix, "[a-f0-9]{32}_[a-f0-9]{10}")),
  format("notion", "ntn_", "[A-Za-z0-9]{40,60}"),
  format("notion", "secret_", "[A-Za-z0-9]{43}(?![A-Za-z0-9])"),
  ...["sq0atp-", "sq0idp-"].map((prefix) => format("square", prefix, "[A-Za-z0-9_-]{22}(?![A-Za-z0-9])")),
  ...["EAAA", "EAAC", "EAAG", "EAAE", "EAAl"].map((prefix) => format("meta", prefix, "[A-Za-z0-9_-]{56,300}")),
  format("terraform", "atlasv1.", "[A-Za-z0-9_-]{60,80}"),
  ...["fm1_", "fm1r_", "fm1a_", "fm2_", "fo1_"].map((prefix) => format("fly", prefix, "[A-Za-z0-9+/=_,-]{20,1000}")),
  format("grafana", "glc_", "eyJ[A-Za-z0-9+/=]{10,400}"),
  ...["sntrys_", "sntryu_"].map((prefix) => format("sentry", prefix, "[A-Za-z0-9+/=_-]{20,400}")),
  format("render", "rnd_", "[A-Za-z0-9]{24,64}"),
  format("contentful", "CFPAT-", "[A-Za-z0-9_-]{40,64}"),
  format("gcp-refresh", "1//0", "[A-Za-z0-9_-]{30,200}"),
  ...["ATATT3xFfGF0", "ATCTT3xFfGN0", "ATBB"].map((prefix) => format("atlassian", prefix, "[A-Za-z0-9_=-]{20,300}")),
  format("sourcegraph", "sgp_", "[A-Za-z0-9_]{40,100}"),
  format("dynatrace", "dt0c01.", "[A-Z0-9]{24}\\.[A-Z0-9]{64}"),
  format("airtable", "pat", "[A-Za-z0-9]{14}\\.[a-f0-9]{64}"),
  format("onepassword", "ops_", "eyJ[A-Za-z0-9+/=_-]{20,2000}"),
  format("vercel", "vercel_blob_rw_", "[A-Za-z0-9_]{20,80}"),
  format("apify", "apify_api_", "[A-Za-z0-9]{30,60}"),
  format("readme", "rdme_", "[a-z0-9]{60,80}"),
  ...["EZAK", "EZTK"].map((prefix) => format("easypost", prefix, "[A-Za-z0-9]{54}")),
  ...["shippo_live_", "shippo_test_"].map((prefix) => format("shippo", prefix, "[a-f0-9]{40}")),
  format("flutterwave", "FLWSECK", "(?:_TEST)?-[A-Za-z0-9]{12,40}"),
  format("jetbrains", "perm-", "[A-Za-z0-9=+/]{4,100}\\.[A-Za-z0-9=+/]{4,100}\\.[A-Za-z0-9]{20,100}"),
  ...["NRRA-", "NRII-", "NRJS-"].map((prefix) => format("new-relic", prefix, "[A-Za-z0-9_-]{19,64}")),
  format("scram", "SCRAM-SHA-256", "\\$\\d{1,7}:[^\\s\"']{8,400}"),
  format("postgres", "md5", "[a-f0-9]{32}(?![A-Za-z0-9])"),
  format("telegram", "AA", "(?<=\\d{6,12}:AA)[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
  format("bitcoin", "xprv", "[1-9A-HJ-NP-Za-km-z]{100,112}"),
];

/** What they begin with. */
export const tokenStarts = [...new Set(formats.map(({ prefix }) => prefix.charAt(0)))].join("");

// Looked up by the codes of the first two characters: almost every word is turned away here.
const pair = (first: number, second: number) => first * 128 + second;
const byStart = new Map<number, readonly TokenFormat[]>();
const starts = new Uint8Array(128);
const pairs = new Uint8Array(128 * 128);
for (const item of formats) {
  const [first, second] = [item.prefix.charCodeAt(0), item.prefix.charCodeAt(1)];
  const key = pair(first, second);
  byStart.set(key, [...(byStart.get(key) ?? []), item]);
  starts[first] = 1;
  pairs[key] = 1;
}
const mayBegin = (first: number, second: number) => first < 128 && second < 128 && pairs[pair(first, second)] === 1;

/** The shortest token of a known format. */
export const leastTokenChars = 14;

/** The known token that starts exactly at `at`. */
export function knownTokenAt(text: string, at: number): Span | undefined {
  if (at + 2 > text.length || !mayBegin(text.charCodeAt(at), text.charCodeAt(at + 1))) return undefined;
  const candidates = byStart.get(pair(text.charCodeAt(at), text.charCodeAt(at + 1))) ?? [];
  for (const { kind, prefix, pattern } of candidates) {
    if (!text.startsWith(prefix, at)) continue;
    pattern.lastIndex = at;
    if (pattern.test(text)) return { from: at, to: pattern.lastIndex, kind };
  }
  return undefined;
}

/** Beginnings of tokens in one word that are looked at; the patterns of some run on for thousands of characters. */
const mostBeginnings = 12;
const slash = 47;

const isLetterOrDigit = (code: number) =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);

/**
 * The first known token behind a sign in the word `from`..`to`: `prefix_ghp_…`, `key-AKIA…`, `sess.eyJ…`. One without a digit is none: words
 * that are joined by dashes may begin like tokens.
 */
export function knownTokenWithin(text: string, from: number, to: number): Span | undefined {
  let beginnings = 0;
  let sign = text.charCodeAt(from);
  for (let k = from + 1; k <= to - leastTokenChars && beginnings < mostBeginnings; k++) {
    const before = sign;
    sign = text.charCodeAt(k);
    if (isLetterOrDigit(before) || starts[sign] !== 1 || !mayBegin(sign, text.charCodeAt(k + 1))) continue;
    beginnings++;
    const known = knownTokenAt(text, k);
    if (known && (before === slash || /\d/.test(text.slice(k, known.to)))) return known;
  }
  return undefined;
}
