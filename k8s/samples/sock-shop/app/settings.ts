/** Everything a service of the shop reads from its environment; a mistake ends the process with a sentence, as a good service does. */
export interface Settings {
  readonly service: string;
  readonly version: string;
  readonly port: number;
  /** What a bad release would bring along, to be set by an experiment. */
  readonly faults: { readonly leakKb: number; readonly delayMs: number; readonly errorShare: number };
  /** Time limit of a call to another service. */
  readonly callTimeoutMs: number;
  readonly url: (service: string) => string;
  readonly text: (name: string) => string;
  readonly number: (name: string, fallback: number) => number;
}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const text = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`the environment variable ${name} is missing`);
    return value;
  };
  const number = (name: string, fallback: number): number => {
    const value = Number(env[name] ?? fallback);
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name}=${env[name]} is not a number of zero or more`);
    return value;
  };
  return {
    service: text("SHOP_SERVICE"),
    version: env["SHOP_VERSION"] ?? "1.0.0",
    port: number("PORT", 8080),
    faults: {
      leakKb: number("SHOP_LEAK_KB", 0),
      delayMs: number("SHOP_DELAY_MS", 0),
      errorShare: number("SHOP_ERROR_SHARE", 0),
    },
    callTimeoutMs: number("SHOP_CALL_TIMEOUT_MS", 3000),
    url: (service) => env[`${service.toUpperCase().replaceAll("-", "_")}_URL`] ?? `http://${service}`,
    text,
    number,
  };
}
