import { z } from "zod";
import { longestSilenceMs, type SilenceMatcher, type SilenceRequest } from "../../../incident/silence.ts";
import { momentsOf, nextTimeOfDay } from "../../../lib/time-zone.ts";
import { untilToken } from "../../../lib/until-token.ts";
import { cut } from "../../words.ts";

const units = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `30m`, `2h`, `1h30m`, `1d` in ms; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,4}(s|min|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = "0", unit = "m"] of text.matchAll(/(\d+)(s|min|m|h|d|w)/g))
    total += Number(amount) * units[unit as keyof typeof units];
  return total;
}

const kinds = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "CronJob",
  "Job",
  "Pod",
  "Service",
  "Ingress",
  "Node",
  "Namespace",
  "PersistentVolumeClaim",
  "HorizontalPodAutoscaler",
] as const;
const kindOf = (text: string) => kinds.find((kind) => kind.toLowerCase() === text.toLowerCase());
const nameShape = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;

/** `shop/carts`, `deployment/shop/carts`, `node/worker-1`, `shop/*`, `detector:log-error-burst`, `carts`, `all`. */
function parseMatcher(text: string): SilenceMatcher | undefined {
  if (text === "all") return {};
  if (text.startsWith("detector:")) {
    const detector = text.slice("detector:".length);
    return nameShape.test(detector) ? { detector } : undefined;
  }
  const parts = text.split("/");
  if (parts.length > 3 || parts.some((part) => part !== "*" && !nameShape.test(part))) return undefined;
  const kind = parts.length > 1 ? kindOf(parts[0] ?? "") : undefined;
  const rest = kind ? parts.slice(1) : parts;
  if (rest.length > 2) return undefined;
  const name = rest.at(-1);
  const namespace = rest.length > 1 ? rest[0] : undefined;
  if (name === undefined || (name === "*" && namespace === undefined && kind === undefined)) return undefined;
  return {
    ...(kind ? { kind } : {}),
    ...(namespace === undefined || namespace === "*" ? {} : { namespace }),
    ...(name === "*" ? {} : { name }),
  };
}

/**
 * The moment (ms) that a word names: `22:00`, the next one by the person's own clock, `2026-05-04T22:00` by it too, or
 * `2026-05-04T22:00Z`. Undefined for what is none, or has passed.
 */
function parseMoment(text: string, now: number, timeZone: string): number | undefined {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock) return nextTimeOfDay(now, Number(clock[1]), Number(clock[2]), timeZone);
  const day = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d)?$/.exec(text);
  const absolute = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(day ? `${text}Z` : text) : Number.NaN;
  if (Number.isNaN(absolute)) return undefined;
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = (day ?? []).slice(1).map(Number);
  const moments = day ? momentsOf({ year, month, day: date, hour, minute }, timeZone) : [absolute];
  return moments.find((at) => at > now);
}

export type ParsedSilence =
  | {
      readonly ok: true;
      readonly target: string;
      readonly matcher?: SilenceMatcher;
      readonly request: Omit<SilenceRequest, "matcher">;
    }
  | { readonly ok: false; readonly text: string };

/** What was not understood, in the person's own word, and how it is said. */
const notRead = (what: string) => ({ ok: false, text: `${what} ${usage}` }) as const;
const shownWord = (word: string) => `"${cut(word.replaceAll("`", "'"), 40)}"`;

const usage =
  "Say what and for how long: `/incident silence shop/carts 2h while the migration runs`, or `until 22:00` by your own clock. What can be a workload (`shop/carts`), a namespace (`shop/*`), an incident (`#42`), a detector (`detector:log-error-burst`), a node (`node/worker-1`) or `all`. `in 3h` or `at 20:00` before the reason makes it a maintenance window.";

const moments = (word: string) =>
  `\`${word} 22:00\` (by your clock) and \`${word} 2026-05-04T22:00Z\`, if it is to come`;
const noLength = (word: string) =>
  notRead(`${shownWord(word)} is no length of time; \`30m\`, \`2h\`, \`1h30m\`, \`3d\` and \`until 22:00\` are.`);

interface Times {
  startsInMs: number;
  durationMs?: number;
  until?: number;
  /** A time of the clock was named. */
  fixed: boolean;
}

/** Takes the times off the front of what was typed, in any order; what is left is the reason. @returns what was not understood */
function takeTimes(words: string[], times: Times, now: number, timeZone: string): ParsedSilence | undefined {
  for (;;) {
    const [word = "", value = ""] = words;
    const isKeyword = word === "in" || word === "at" || word === "until";
    const durationMs = isKeyword || times.durationMs !== undefined ? undefined : parseDuration(word.toLowerCase());
    if (durationMs !== undefined) times.durationMs = durationMs;
    else if (word === "in") {
      const startsInMs = parseDuration(value);
      if (startsInMs === undefined)
        return notRead(`${shownWord(value || word)} is no beginning; \`in 3h\` is, and ${moments("at")}.`);
      times.startsInMs = startsInMs;
    } else if (isKeyword) {
      const moment = parseMoment(value, word === "until" ? now + times.startsInMs : now, timeZone);
      if (moment === undefined)
        return notRead(
          `${shownWord(value || word)} is no ${word === "at" ? "beginning" : "end"}; ${moments(word)}, are.`,
        );
      if (word === "at") times.startsInMs = moment - now;
      else times.until = moment;
      times.fixed = true;
    } else return undefined;
    words.splice(0, isKeyword ? 2 : 1);
  }
}

/**
 * Reads what was typed after `/incident silence`. A target such as `#42` is left for who knows the incidents.
 * @param timeZone by which times of day are meant: that of the person who typed them
 */
export function parseSilence(words: readonly string[], now: number, timeZone: string): ParsedSilence {
  const [target, length, ...others] = words;
  if (target === undefined || length === undefined) return { ok: false, text: usage };
  const rest = [length, ...others];
  const times: Times = { startsInMs: 0, fixed: false };
  const wrong = takeTimes(rest, times, now, timeZone);
  if (wrong) return wrong;
  const { startsInMs, until, fixed } = times;
  const durationMs = until === undefined ? times.durationMs : until - now - startsInMs;
  if (durationMs === undefined || durationMs <= 0) return noLength(rest[0] ?? length);
  if (durationMs > longestSilenceMs)
    return { ok: false, text: "A silence holds for 30 days at most; after that it is a forgotten one." };
  const reason = untilToken(rest.join(" "), 300);
  const request = { startsInMs, durationMs, reason, ...(fixed ? { askedAt: now } : {}) };
  if (/^#?\d+$/.test(target)) return { ok: true, target: target.replace("#", ""), request };
  const matcher = parseMatcher(target);
  return matcher
    ? { ok: true, target, matcher, request }
    : notRead(`${shownWord(target)} names nothing that can be silenced.`);
}

const part = z.string().min(1).max(253);
const encoded = z.strictObject({
  matcher: z.strictObject({
    namespace: part.optional(),
    kind: part.optional(),
    name: part.optional(),
    detector: part.optional(),
  }),
  startsInMs: z.number().min(0).max(longestSilenceMs),
  durationMs: z.number().min(0).max(longestSilenceMs),
  reason: z.string().max(300),
  askedAt: z.number().min(0).optional(),
});

/** Named times stay where they are: what was to begin at ten begins at ten, and ends when it was to end. */
function asOf(
  now: number,
  { startsInMs, durationMs, askedAt, ...request }: SilenceRequest,
): SilenceRequest | undefined {
  if (askedAt === undefined) return { ...request, startsInMs, durationMs };
  const from = Math.max(now, askedAt + startsInMs);
  const until = askedAt + startsInMs + durationMs;
  return until > from ? { ...request, startsInMs: from - now, durationMs: until - from } : undefined;
}

/** A silence as a button carries it; what comes back is checked again. */
export const encodeSilence = (request: SilenceRequest): string => JSON.stringify(request);

/** @param now when somebody agreed (ms). Undefined when it is none of ours, or its time has passed meanwhile. */
export function decodeSilence(text: string, now: number): SilenceRequest | undefined {
  try {
    const parsed = encoded.safeParse(JSON.parse(text));
    if (!parsed.success) return undefined;
    const { namespace, kind, name, detector } = parsed.data.matcher;
    const matcher = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(kind === undefined ? {} : { kind }),
      ...(name === undefined ? {} : { name }),
      ...(detector === undefined ? {} : { detector }),
    };
    const { askedAt, ...data } = parsed.data;
    return asOf(now, { ...data, matcher, ...(askedAt === undefined ? {} : { askedAt }) });
  } catch {
    // Not JSON: a value that is not from us.
    return undefined;
  }
}
