import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Json, JsonObject } from "../../../../src/replay/api/json.ts";

/** One recorded request with its answer; see test/corpus/kubernetes/README.md. */
export interface Exchange {
  readonly group: string;
  /** Counted from 1, as in the recording's index. */
  readonly line: number;
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly target?: string;
    readonly as: string;
    readonly contentType?: string | null;
    readonly accept?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Json;
  };
  readonly response: {
    readonly status: number;
    readonly contentType?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: Json;
    readonly chunks?: readonly { readonly ms: number; readonly data: string | JsonObject }[];
    readonly endedBy?: string;
  };
}

const folder = new URL("../../../corpus/kubernetes/transcripts/", import.meta.url);

export const groups: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(".ndjson.gz", ""))
  .sort();

/** The exchanges of one topic, in the order they were sent. */
export function readGroup(group: string): readonly Exchange[] {
  const text = gunzipSync(readFileSync(new URL(`${group}.ndjson.gz`, folder))).toString("utf8");
  const lines = text.trim().split("\n");
  return lines.map((line, i) => ({ group, line: i + 1, ...(JSON.parse(line) as Omit<Exchange, "group" | "line">) }));
}

/** The path as it was sent, without the query. */
export function pathOf(exchange: Exchange): string {
  return (exchange.request.target ?? exchange.request.path).split("?")[0] ?? "";
}

/** The query as it was sent. */
export function queryOf(exchange: Exchange): URLSearchParams {
  const target = exchange.request.target;
  return new URLSearchParams(
    target === undefined ? { ...exchange.request.query } : target.split("?").slice(1).join("?"),
  );
}
