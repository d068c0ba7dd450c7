/**
 * Quantities (`128Mi`, `250m`, `1e3`) exactly, in nano units, as the API server counts them.
 * Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const decimal: readonly (readonly [string, bigint])[] = [
  ["E", 10n ** 27n],
  ["P", 10n ** 24n],
  ["T", 10n ** 21n],
  ["G", 10n ** 18n],
  ["M", 10n ** 15n],
  ["k", 10n ** 12n],
  ["", 10n ** 9n],
  ["m", 10n ** 6n],
  ["u", 10n ** 3n],
  ["n", 1n],
];
const one = 10n ** 9n;
const binary: readonly (readonly [string, bigint])[] = ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"].map(
  (suffix, i) => [suffix, one * 1024n ** BigInt(6 - i)] as const,
);
const units = new Map([...decimal, ...binary]);

const format = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const formatText = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The quantity in nano units, or the text the API server refuses it with. */
export function parseNano(text: string): bigint | string {
  const match = format.exec(text);
  if (match === null) return formatText;
  const [, number = "", suffix = ""] = match;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(number)) return formatText;
  const exponent = /^[eE]([-+]?\d+)$/.exec(suffix)?.[1];
  const unit = exponent === undefined ? units.get(suffix) : undefined;
  if (unit === undefined && exponent === undefined) return "unable to parse quantity's suffix";
  const [whole = "0", fraction = ""] = number.replace(/^[+-]/, "").split(".");
  const digits = BigInt(`${whole}${fraction}` || "0");
  const shift = -fraction.length + Number(exponent ?? 0);
  const scaled = digits * (unit ?? one) * 10n ** BigInt(Math.max(shift, 0));
  const divisor = 10n ** BigInt(Math.max(-shift, 0));
  // Like the server: what is finer than a nano is rounded up.
  const magnitude = (scaled + divisor - 1n) / divisor;
  return number.startsWith("-") ? -magnitude : magnitude;
}

/** The form the API server stores: 1024Mi as 1Gi, 0.5 as 500m. Invalid text comes back as it is. */
export function canonicalQuantity(text: string): string {
  const nano = parseNano(text);
  if (typeof nano === "string") return text;
  if (nano === 0n) return "0";
  const binaryForm = /[KMGTPE]i$/.test(text);
  if (/\d[eE][-+]?\d+$/.test(text)) return exponentForm(nano);
  for (const [suffix, unit] of binaryForm ? [...binary, ...decimal.slice(6)] : decimal) {
    if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  }
  return text;
}

function exponentForm(nano: bigint): string {
  for (let power = 18; power > 0; power -= 3) {
    const unit = one * 10n ** BigInt(power);
    if (nano % unit === 0n) return `${nano / unit}e${power}`;
  }
  return nano % one === 0n ? String(nano / one) : `${nano}e-9`;
}

/** Nano units of a quantity, or undefined when it is none. */
export function nanoOf(value: unknown): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const nano = parseNano(String(value));
  return typeof nano === "bigint" ? nano : undefined;
}

/** Writes nano units back, in binary units when `like` uses them. */
export function quantityText(nano: bigint, like: string): string {
  const whole = nano % one === 0n;
  if (/i$/.test(like) && whole) {
    for (const [suffix, unit] of binary) if (nano % unit === 0n && nano !== 0n) return `${nano / unit}${suffix}`;
  }
  return canonicalQuantity(whole ? String(nano / one) : `${nano}n`);
}
