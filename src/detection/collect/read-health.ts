/** What an application says about itself; a part that it does not tell is absent. */
export interface HealthReport {
  readonly up: boolean;
  readonly cpu?: number;
  readonly memory?: number;
  readonly errorCount?: number;
  readonly uptimeSeconds?: number;
  /** It answers, and says that it is not as it should be; absent when it says nothing of its state. */
  readonly degraded?: boolean;
  /** CPU and memory are certainly of 100, not of 1: the answer says so, or one of them is over 1.5. */
  readonly percent: boolean;
  /** The answer was said to be JSON and is not. */
  readonly broken: boolean;
}

const names = {
  cpu: /^(process|system)?cpu(usage|load|percent|percentage|utili[sz]ation|used)?$/,
  memory: /^(process|system)?(memory|mem|ram)(usage|percent|percentage|utili[sz]ation|used)?$/,
  errors: /^(total|recent)?errors?(count|counter|total|s)?$/,
  uptime: /^uptime(s|sec|secs|seconds|ms|millis|milliseconds)?$/,
  status: /^(status|state|health)$/,
} as const;

const good = /^(ok|okay|up|healthy|pass|passing|green|alive|ready|running|serving|success|true)$/i;
const weak = /^(degraded|impaired|partial|warn|warning|yellow|amber)$/i;
const bad = /^(down|unhealthy|fail|failed|failing|error|critical|red|dead|out_of_service|not_serving|false)$/i;

const maxNumberChars = 40;

interface Found {
  readonly value: number;
  readonly percent: boolean;
}

function numberOf(value: unknown, key: string): Found | undefined {
  const named = /percent/.test(key);
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? { value, percent: named } : undefined;
  // Longer texts are no numbers, and one of nothing but blanks would keep the expression below busy for half a minute.
  if (typeof value !== "string" || value.length > maxNumberChars) return undefined;
  const match = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%?)\s*$/i.exec(value);
  return match ? { value: Number(match[1]), percent: named || match[2] === "%" } : undefined;
}

/** `{"used": 120, "total": 512}` in any unit. */
function shareOf(value: unknown): Found | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const parts = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key.toLowerCase(), numberOf(part, "")?.value]),
  );
  const whole = parts["total"] ?? parts["limit"] ?? parts["max"];
  if (parts["used"] !== undefined && whole) return { value: parts["used"] / whole, percent: false };
  const direct = Object.entries(value).find(([key]) => /^(percent|percentage|usage|ratio|value)$/i.test(key));
  return direct && numberOf(direct[1], direct[0].toLowerCase());
}

const durationParts = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 1e-3 } as const;

/** `3725`, `"3725.2"`, `"1h2m5s"`, `"2d 3h"`. */
function secondsOf(value: unknown, key: string): number | undefined {
  const plain = numberOf(value, key);
  if (plain) return /m(s|illis|illiseconds)$/.test(key) ? plain.value / 1_000 : plain.value;
  if (typeof value !== "string" || value.length > 40 || !/^(\s*\d+(\.\d+)?\s*(ms|[dhms]))+\s*$/.test(value))
    return undefined;
  let seconds = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)\s*(ms|[dhms])/g))
    seconds += Number(amount) * durationParts[unit as keyof typeof durationParts];
  return seconds;
}

/** Keys without case and separators, of the answer and of the objects in it one level down; the outer ones come first. */
function fieldsOf(answer: object): (readonly [key: string, value: unknown])[] {
  const own = Object.entries(answer).slice(0, 100);
  const inner = own.flatMap(([, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value).slice(0, 100) : [],
  );
  return [...own, ...inner].map(([key, value]) => [key.toLowerCase().replaceAll(/[^a-z0-9]/g, ""), value] as const);
}

/**
 * Reads an answer by the names that applications use: `{"cpu": 12.5, "memory": "41%", "errorCount": 3, "uptime": 3600}`,
 * flat or one level deep. Plain text and broken JSON only say whether the application is up.
 */
export function readHealth(status: number, body: string): HealthReport {
  const answered = status >= 200 && status < 300;
  let parsed: unknown;
  let broken = false;
  try {
    parsed = JSON.parse(body);
  } catch {
    broken = /^\s*[{[]/.test(body);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    const word = typeof parsed === "string" ? parsed : body.trim();
    return { up: answered && !bad.test(word), percent: false, broken };
  }
  const fields = fieldsOf(parsed);
  const first = <T>(pattern: RegExp, read: (value: unknown, key: string) => T | undefined): T | undefined => {
    for (const [key, value] of fields) {
      const found = pattern.test(key) ? read(value, key) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const share = (value: unknown, key: string) => numberOf(value, key) ?? shareOf(value);
  const cpu = first(names.cpu, share);
  const memory = first(names.memory, share);
  const errors = first(names.errors, (value, key) =>
    Array.isArray(value) ? value.length : numberOf(value, key)?.value,
  );
  const uptime = first(names.uptime, secondsOf);
  const word = first(names.status, (value) =>
    typeof value === "string" || typeof value === "boolean" ? String(value) : undefined,
  );
  return {
    up:
      word !== undefined && bad.test(word)
        ? false
        : answered || (word !== undefined && good.test(word) && status < 500),
    ...(cpu ? { cpu: cpu.value } : {}),
    ...(memory ? { memory: memory.value } : {}),
    ...(errors === undefined ? {} : { errorCount: errors }),
    ...(uptime === undefined ? {} : { uptimeSeconds: uptime }),
    ...(word !== undefined && (good.test(word) || weak.test(word)) ? { degraded: weak.test(word) } : {}),
    percent: [cpu, memory].some((found) => found !== undefined && (found.percent || found.value > 1.5)),
    broken,
  };
}
