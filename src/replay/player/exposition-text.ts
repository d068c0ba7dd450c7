/** One line of an exposition. */
export interface ExpositionLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Time of the measurement, Unix ms. */
  readonly at: number;
}

/**
 * The Prometheus text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), with a time
 * on every line. Types are told by the names, as the convention for names allows.
 */
export function expositionText(lines: readonly ExpositionLine[]): string {
  const families = new Map<string, ExpositionLine[]>();
  const histograms = new Set(
    lines.filter((line) => line.name.endsWith("_bucket")).map((line) => line.name.slice(0, -"_bucket".length)),
  );
  for (const line of lines) {
    const base = line.name.replace(/_(bucket|sum|count)$/, "");
    const family = histograms.has(base) ? base : line.name;
    const list = families.get(family) ?? [];
    families.set(family, list);
    list.push(line);
  }
  const names = [...families.keys()].sort();
  return names.map((name) => familyText(name, families.get(name) ?? [], histograms.has(name))).join("");
}

function familyText(name: string, lines: readonly ExpositionLine[], histogram: boolean): string {
  const type = histogram ? "histogram" : name.endsWith("_total") ? "counter" : "gauge";
  const rows = lines.map(
    (line) => `${line.name}${labelText(line.labels)} ${numberText(line.value)} ${Math.round(line.at)}\n`,
  );
  return `# TYPE ${name} ${type}\n${rows.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, escaped)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(char: string): string {
  return char === "\n" ? "\\n" : `\\${char}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
