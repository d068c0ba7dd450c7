/** What a line says besides its message, under one name whatever the writer called it. Texts are cut to 200 characters. */
export interface LineFields {
  /** HTTP status. */
  status?: number;
  /** Error code, such as ECONNREFUSED or 57P01. */
  code?: string;
  method?: string;
  path?: string;
  /** The other side: host, upstream or client. */
  peer?: string;
  trace?: string;
  /** Duration in milliseconds. */
  ms?: number;
  error?: string;
}

const MAX_TEXT = 200;

const NAMES: Readonly<Record<keyof LineFields, string>> = {
  status:
    "status statusCode status_code http_status httpStatus http.status_code http.response.status_code response_status response_code http_status DownstreamStatus res.statusCode res.status response.status response.statusCode responseStatus.code EdgeResponseStatus sc",
  code: "code errorCode error_code err_code errno grpc.code grpc_code grpc.status",
  method:
    "method http_method httpMethod http.method http.request.method request_method req.method request.method RequestMethod requestMethod ClientRequestMethod verb",
  path: "path uri url request_uri requestPath http.route http.target url.path req.url request.url RequestPath requestUri requestUrl requestURI ClientRequestURI ClientRequestPath route",
  peer: "peer host upstream upstream_addr upstream_cluster remote remote_addr remoteAddr addr address server target client",
  trace: "trace trace_id traceId traceID trace.id TraceID request_id requestId req_id correlation_id correlationId",
  ms: "ms duration_ms durationMs elapsed_ms elapsedMs latency_ms latencyMs took_ms response_time_ms duration elapsed latency took responseTime",
  error: "err error exception error.message exception.message err.message stack cause reason",
};

const byName = new Map<string, keyof LineFields>();
for (const field of Object.keys(NAMES) as (keyof LineFields)[]) {
  for (const name of NAMES[field].split(" ")) byName.set(name, field);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
};

/** Milliseconds of `12`, `12ms`, `1.5s`; undefined when it is no duration. A bare number counts only under a name that says ms. */
function durationMs(value: string | number, name: string): number | undefined {
  if (typeof value === "number") return /ms$|millis/i.test(name) && Number.isFinite(value) ? value : undefined;
  const match = /^(\d{1,12}(?:\.\d{1,9})?) ?(ns|us|µs|ms|s|sec|m)?$/.exec(value.slice(0, 40));
  if (match?.[1] === undefined) return undefined;
  if (match[2] === undefined) return durationMs(Number(match[1]), name);
  return Number(match[1]) * (UNIT_MS[match[2]] ?? 1);
}

function httpStatus(value: string | number): number | undefined {
  const status = Number(value);
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

/** Takes in one key and value when it is known; the first of several names of one field wins. */
export function noteField(fields: LineFields, name: string, value: string | number): void {
  const field = byName.get(name);
  if (field === undefined || fields[field] !== undefined || value === "") return;
  // The `target` of Rust's `tracing` is a module.
  if (name === "target" && String(value).includes("::")) return;
  if (field === "status" || (field === "code" && httpStatus(value) !== undefined)) {
    const status = httpStatus(value);
    if (status !== undefined) fields.status ??= status;
  } else if (field === "ms") {
    const ms = durationMs(value, name);
    if (ms !== undefined) fields.ms = ms;
  } else {
    fields[field] = String(value).slice(0, MAX_TEXT);
  }
}
