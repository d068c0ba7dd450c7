import { z } from "zod";
import { longestSilenceMs, type SilenceMatcher, type SilenceRequest } from "../../../incident/silence.ts";
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

/** `shop/carts`, `deployment/shop/carts`, `node/worker-1`, `shop/*`, `detector:log-burst`, `carts`, `all`. */
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

/** When it begins, in ms from `now`: after `in 2h`, at `at 22:00` (UTC, the next one) or `at 2026-05-04T22:00Z`. */
function parseStart(word: string, value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (word === "in") return parseDuration(value);
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value);
  if (clock) {
    const at = new Date(now);
    at.setUTCHours(Number(clock[1]), Number(clock[2]), 0, 0);
    return (at.getTime() <= now ? at.getTime() + 86_400_000 : at.getTime()) - now;
  }
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) || at <= now ? undefined : at - now;
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
  "Say what and for how long: `/incident silence shop/carts 2h while the migration runs`. What can be a workload (`shop/carts`), a namespace (`shop/*`), an incident (`#42`), a detector (`detector:log-burst`), a node (`node/worker-1`) or `all`. `in 3h` or `at 22:00` (UTC) before the reason makes it a maintenance window.";

/** Reads what was typed after `/incident silence`. A target such as `#42` is left for who knows the incidents. */
export function parseSilence(words: readonly string[], now: number): ParsedSilence {
  const [target, length, ...rest] = words;
  const durationMs = length === undefined ? undefined : parseDuration(length.toLowerCase());
  if (target === undefined || length === undefined) return { ok: false, text: usage };
  if (durationMs === undefined || durationMs <= 0)
    return notRead(`${shownWord(length)} is no length of time; \`30m\`, \`2h\`, \`1h30m\` and \`3d\` are.`);
  if (durationMs > longestSilenceMs)
    return { ok: false, text: "A silence holds for 30 days at most; after that it is a forgotten one." };
  const [word] = rest;
  let startsInMs = 0;
  if (word === "in" || word === "at") {
    const start = parseStart(word, rest[1], now);
    if (start === undefined)
      return notRead(
        `${shownWord(rest[1] ?? word)} is no beginning; \`in 3h\`, \`at 22:00\` (UTC) and \`at 2026-05-04T22:00Z\`, if it is to come, are.`,
      );
    startsInMs = start;
    rest.splice(0, 2);
  }
  const request = { startsInMs, durationMs, reason: rest.join(" ").slice(0, 300) };
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
});

/** A silence as a button carries it; what comes back is checked again. */
export const encodeSilence = (request: SilenceRequest): string => JSON.stringify(request);

export function decodeSilence(text: string): SilenceRequest | undefined {
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
    return { ...parsed.data, matcher };
  } catch {
    // Not JSON: a value that is not from us.
    return undefined;
  }
}
