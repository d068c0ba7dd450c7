export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly msg: string;
  readonly trace?: string | undefined;
  readonly fields?: Readonly<Record<string, string | number>>;
}

const quoted = (value: string | number) =>
  typeof value === "string" && /[\s"]/.test(value) ? JSON.stringify(value) : String(value);
const pairs = (fields: Readonly<Record<string, string | number>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${name === "err" ? JSON.stringify(value) : quoted(value)}`)
    .join(" ");

/** A log line as each program of the shop words it: JSON, logfmt, or plain with a bracketed context. */
export function logLine(app: string, at: number, line: Line): string {
  const iso = new Date(at).toISOString();
  const { level, msg, trace, fields = {} } = line;
  switch (app) {
    case "frontend":
      return JSON.stringify({ ts: iso, level, msg, ...fields, ...(trace === undefined ? {} : { trace }) });
    case "catalogue":
    case "payment":
      return `ts=${iso} level=${level} msg=${quoted(msg)} ${pairs({ ...(trace === undefined ? {} : { trace }), ...fields })}`.trim();
    case "carts":
    case "orders":
      return `${iso.slice(0, 23).replace("T", " ")} ${level.toUpperCase().padStart(5)} [${app},${trace ?? ""}] ${msg} ${pairs(fields)}`.trim();
    case "carts-db":
      return `${iso} [1] ${level.toUpperCase()}: ${msg} ${pairs(fields)}`.trim();
    default:
      return `${iso} ${level.toUpperCase()} ${app}: ${msg} ${pairs(fields)}`.trim();
  }
}

const times = [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}/] as const;

/** The same line as if it had been written at another time. */
export function retimed(line: string, at: number): string {
  const iso = new Date(at).toISOString();
  const [withT, plain] = times;
  return withT.test(line) ? line.replace(withT, iso) : line.replace(plain, iso.slice(0, 23).replace("T", " "));
}
