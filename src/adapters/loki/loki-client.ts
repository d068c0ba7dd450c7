import { z } from "zod";
import { AppError } from "../../lib/app-error.ts";
import { createJsonHttp } from "../json-http.ts";
import { isLabels, type Labels, listOf } from "../lists-of.ts";

/** One line as it was pushed, with the labels of its stream. The text is hostile. */
export interface LokiLine {
  /** Nanoseconds since 1970, as Loki counts; beyond what a number holds exactly. */
  readonly timeNs: bigint;
  readonly labels: Labels;
  readonly line: string;
}

export interface LokiRange {
  /** Inclusive. */
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
  readonly limit: number;
  readonly signal?: AbortSignal;
  /** Real milliseconds. */
  readonly timeoutMs?: number;
}

/** The log query API of Loki. Throws AppError (`loki-unreachable`, `loki-timeout`, `loki-too-large`, ...). */
export interface LokiClient {
  /** The first `limit` lines of a range, oldest first. */
  lines(selector: string, range: LokiRange): Promise<readonly LokiLine[]>;
}

export interface LokiClientOptions {
  readonly url: string;
  readonly bearerToken?: string;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string;
}

/** A time (ns) and a line; what newer servers put behind them is let pass. */
type Entry = readonly [string, string, ...unknown[]];

const isEntry = (value: unknown): value is Entry =>
  Array.isArray(value) && typeof value[0] === "string" && /^\d{1,19}$/.test(value[0]) && typeof value[1] === "string";

interface Stream {
  readonly stream: Labels;
  readonly values: readonly Entry[];
}

function isStream(value: unknown): value is Stream {
  if (typeof value !== "object" || value === null || !isLabels(Reflect.get(value, "stream"))) return false;
  const values: unknown = Reflect.get(value, "values");
  return Array.isArray(values) && values.every(isEntry);
}

// https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time
const reply = z.object({
  status: z.literal("success"),
  data: z.object({ resultType: z.literal("streams"), result: listOf(isStream) }),
});

const maxBytes = 32 * 1024 * 1024;

/**
 * Answers of more than 32 MB are refused (`loki-too-large`). `url` is the address before `/loki/api/v1`. The tenant's
 * header: https://grafana.com/docs/loki/latest/operations/multi-tenancy/
 */
export function createLokiClient({ url, bearerToken, tenant }: LokiClientOptions): LokiClient {
  const http = createJsonHttp({
    service: "Loki",
    url,
    maxBytes,
    ...(bearerToken === undefined ? {} : { bearerToken }),
    ...(tenant === undefined ? {} : { headers: { "x-scope-orgid": tenant } }),
  });
  return {
    async lines(selector, { fromNs, toNs, limit, signal, timeoutMs = 10_000 }) {
      const params = {
        query: selector,
        start: String(fromNs),
        end: String(toNs),
        limit: String(limit),
        direction: "forward",
      };
      const parsed = reply.safeParse(await http("loki/api/v1/query_range", { params, signal, timeoutMs }));
      if (!parsed.success) {
        const where = parsed.error.issues[0]?.path.join(".") ?? "";
        throw new AppError("loki-unexpected", `Loki answers with JSON of another shape (${where || "top"}).`, {
          remedy: "Check loki.url: it is the address before /loki/api/v1; loki.query must select log lines.",
          retryable: true,
        });
      }
      const lines = parsed.data.data.result.flatMap(({ stream, values }) =>
        values.map(([time, line]) => ({ timeNs: BigInt(time), labels: stream, line })),
      );
      return lines.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
    },
  };
}
