const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const maxQuantityChars = 64;

/**
 * Parses a Kubernetes quantity (`128Mi`, `250m`, `1e3`) to a number in its base unit (bytes, cores).
 * Undefined when it is none. Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string | number | undefined): number | undefined {
  if (typeof text === "number") return text;
  // Values of any field come here; what is longer is no quantity, and the expression takes the square of a run of digits.
  if (text !== undefined && text.length > maxQuantityChars) return undefined;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(text?.trim() ?? "");
  if (!match) return undefined;
  const [, number = "", exponent = "", suffix = ""] = match;
  return Number(number + exponent) * (suffixes[suffix] ?? 1);
}

/** Bytes as the shortest binary quantity that is a whole number: 134217728 -> `128Mi`. */
export function bytesQuantity(bytes: number): string {
  for (const suffix of ["Gi", "Mi", "Ki"]) {
    const unit = suffixes[suffix] ?? 1;
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${suffix}`;
  }
  return String(Math.ceil(bytes));
}

/** Cores as a CPU quantity: 0.25 -> `250m`, 2 -> `2`. */
export function coresQuantity(cores: number): string {
  return Number.isInteger(cores) ? String(cores) : `${Math.round(cores * 1000)}m`;
}
