import type { z } from "zod";
import { AppError } from "../../lib/app-error.ts";
import { createJsonHttp } from "../json-http.ts";
import type { Labels } from "../lists-of.ts";
import { labelValuesReply, queryReply, type ReplyElement, sampleValue } from "./replies.ts";

export interface PrometheusRequest {
  readonly signal?: AbortSignal | undefined;
  /** Real milliseconds; the server is told to give up then, too. */
  readonly timeoutMs?: number | undefined;
}

/** One element of an answer. Values may be NaN or infinite; times are ms. */
export interface VectorElement {
  readonly labels: Labels;
  readonly at: number;
  /** Of a native histogram, how many values it holds. */
  readonly value: number;
  /** Of a native histogram, how many values lay in each of its ranges, in order. */
  readonly buckets?: readonly { readonly upper: number; readonly count: number }[];
}

/** One series of an answer. Times are ms; values may be NaN or infinite; of native histograms there are no points. */
export interface MatrixElement {
  readonly labels: Labels;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/** What the server said beside its answer: results that are not complete, functions used on the wrong type. */
export interface Answer<T> {
  readonly result: readonly T[];
  readonly warnings: readonly string[];
}

/** The query API of Prometheus and of what speaks it (VictoriaMetrics, Thanos, Mimir). All calls throw AppError. */
export interface PrometheusClient {
  /** A scalar answers as one element without labels. */
  query(expr: string, request: PrometheusRequest & { readonly at: number }): Promise<Answer<VectorElement>>;
  queryRange(
    expr: string,
    request: PrometheusRequest & { readonly from: number; readonly to: number; readonly stepMs: number },
  ): Promise<Answer<MatrixElement>>;
  /** The samples of a selector over the time before `at`, as they were scraped. */
  samples(
    selector: string,
    request: PrometheusRequest & { readonly at: number; readonly overMs: number },
  ): Promise<Answer<MatrixElement>>;
  labelValues(
    label: string,
    request: PrometheusRequest & { readonly from: number; readonly to: number },
  ): Promise<Answer<string>>;
}

export interface PrometheusClientOptions {
  readonly url: string;
  readonly bearerToken?: string;
  /** Sent as `X-Scope-OrgID`, to Mimir and what is like it. */
  readonly tenant?: string;
  /** Elements of one answer; a longer one is refused with `prometheus-too-many-series`. */
  readonly maxSeries?: number;
}

const defaultTimeoutMs = 10_000;
/** 20,000 elements with a dozen labels each are about 8 MB. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Answers of more than 32 MB (`prometheus-too-large`) or of more than `maxSeries` elements are refused as a whole, not
 * cut: half a result would be judged as if it were all. Values of a label are bounded by the bytes alone. `url` is the
 * address before `/api/v1`.
 */
export function createPrometheusClient(options: PrometheusClientOptions): PrometheusClient {
  const maxSeries = options.maxSeries ?? 20_000;
  const { url, bearerToken, tenant } = options;
  const http = createJsonHttp({
    service: "Prometheus",
    url,
    maxBytes,
    ...(bearerToken === undefined ? {} : { bearerToken }),
    ...(tenant === undefined ? {} : { headers: { "X-Scope-OrgID": tenant } }),
  });
  const seconds = (ms: number) => (ms / 1_000).toFixed(3);

  async function ask<T extends z.ZodType>(
    path: string,
    schema: T,
    params: Record<string, string>,
    request: PrometheusRequest,
    method: "GET" | "POST",
  ): Promise<z.infer<T>> {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const answer = await http(path, { params, method, signal: request.signal, timeoutMs });
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new AppError("prometheus-unexpected", `Prometheus answers with JSON of another shape (${where || "top"}).`, {
      remedy: "Check prometheus.url: it is the address before /api/v1.",
      retryable: true,
    });
  }

  const bounded = <T>(result: readonly T[]): readonly T[] => {
    if (result.length <= maxSeries) return result;
    throw new AppError(
      "prometheus-too-many-series",
      `Prometheus answers with ${result.length} series, the limit is ${maxSeries}.`,
    );
  };
  const elementOf = (labels: Labels, [at, value]: readonly [number, string]): VectorElement => ({
    labels,
    at: at * 1_000,
    value: sampleValue(value),
  });

  const vectorElementOf = ({ metric, value, histogram }: ReplyElement): VectorElement | undefined => {
    if (value) return elementOf(metric, value);
    if (!histogram) return undefined;
    const [at, { count, buckets = [] }] = histogram;
    return {
      ...elementOf(metric, [at, count]),
      buckets: buckets.map(([, , upper, inside]) => ({ upper: sampleValue(upper), count: sampleValue(inside) })),
    };
  };

  const elementsOf = (data: z.infer<typeof queryReply>["data"]): readonly MatrixElement[] =>
    data.resultType !== "matrix"
      ? []
      : data.result.map(({ metric, values = [] }) => ({
          labels: metric,
          points: values.map(([at, value]) => ({ at: Math.round(at * 1_000), value: sampleValue(value) })),
        }));

  return {
    async query(expr, request) {
      const params = { query: expr, time: seconds(request.at), timeout: `${request.timeoutMs ?? defaultTimeoutMs}ms` };
      const { data, warnings, infos } = await ask("api/v1/query", queryReply, params, request, "POST");
      const result =
        data.resultType === "scalar"
          ? [elementOf({}, data.result)]
          : data.resultType === "vector"
            ? data.result.flatMap((element) => vectorElementOf(element) ?? [])
            : [];
      return { result: bounded(result), warnings: [...warnings, ...infos] };
    },
    async queryRange(expr, request) {
      const params = {
        query: expr,
        start: seconds(request.from),
        end: seconds(request.to),
        step: seconds(request.stepMs),
        timeout: `${request.timeoutMs ?? defaultTimeoutMs}ms`,
      };
      const { data, warnings, infos } = await ask("api/v1/query_range", queryReply, params, request, "POST");
      return { result: bounded(elementsOf(data)), warnings: [...warnings, ...infos] };
    },
    async samples(selector, request) {
      const params = {
        query: `${selector}[${Math.ceil(request.overMs / 1_000)}s]`,
        time: seconds(request.at),
        timeout: `${request.timeoutMs ?? defaultTimeoutMs}ms`,
      };
      const { data, warnings, infos } = await ask("api/v1/query", queryReply, params, request, "POST");
      return { result: bounded(elementsOf(data)), warnings: [...warnings, ...infos] };
    },
    async labelValues(label, request) {
      const params = { start: seconds(request.from), end: seconds(request.to) };
      const path = `api/v1/label/${encodeURIComponent(label)}/values`;
      const { data, warnings, infos } = await ask(path, labelValuesReply, params, request, "GET");
      return { result: data, warnings: [...warnings, ...infos] };
    },
  };
}
