import { type Fields, parseJson } from "../json.ts";
import { refuse } from "./refusal.ts";

/**
 * Arguments of one call. Web clients send forms, in which lists and objects are JSON text; JSON bodies carry them as
 * they are. Both read the same here.
 */
export interface Args {
  readonly raw: Fields;
  /** The string, or undefined when missing or empty. */
  text(name: string): string | undefined;
  /** The string; refuses the call when it is missing. */
  required(name: string): string;
  flag(name: string): boolean | undefined;
  count(name: string, fallback: number, most: number): number;
  /** An object or list; undefined when missing. Broken JSON text comes back as that text, for the method to refuse. */
  json(name: string): unknown;
}

/** Refuses as Slack does, by throwing what the call then answers: `invalid_arguments`, `invalid_limit`. */
export function argsOf(raw: Fields): Args {
  const text = (name: string) => {
    const value = raw[name];
    if (typeof value === "string") return value === "" ? undefined : value;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  };
  return {
    raw,
    text,
    required: (name) => text(name) ?? refuse("invalid_arguments", [`missing required field: ${name}`]),
    flag: (name) => {
      const value = text(name);
      return value === undefined ? undefined : value === "true" || value === "1";
    },
    count: (name, fallback, most) => {
      const value = text(name);
      const number = value === undefined ? fallback : Number(value);
      if (!Number.isInteger(number) || number < 0) return refuse("invalid_limit");
      return Math.min(number === 0 ? fallback : number, most);
    },
    json: (name) => {
      const value = raw[name];
      if (typeof value !== "string") return value;
      return value === "" ? undefined : (parseJson(value) ?? value);
    },
  };
}

/** One page of a list, with Slack's cursor: base64 of where the next page starts. */
export function paged<T>(all: readonly T[], args: Args, fallback = 100, most = 1_000) {
  const limit = args.count("limit", fallback, most);
  const cursor = args.text("cursor");
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, "base64").toString().replace("next:", ""));
  if (!Number.isInteger(start) || start < 0 || (cursor !== undefined && start === 0)) return refuse("invalid_cursor");
  const end = start + limit;
  const more = end < all.length;
  const next = more ? Buffer.from(`next:${end}`).toString("base64") : "";
  return { page: all.slice(start, end), more, response_metadata: { next_cursor: next } };
}
