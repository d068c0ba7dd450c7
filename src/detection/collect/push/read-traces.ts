import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { anyItems, itemsUpTo } from "../bounded-json.ts";
import { maxUnpackedBytes, type PushRequest } from "./read-push.ts";

/** One call as its caller's span tells it. */
export interface TracedCall {
  readonly client: string;
  readonly clientNamespace: string;
  readonly server: string;
  readonly failed: boolean;
  readonly seconds: number;
  /** When it ended (ms). */
  readonly at: number;
}

export type ReadTraces =
  | {
      readonly ok: true;
      readonly calls: readonly TracedCall[];
      /** Client spans that do not say whom they called, or when. */
      readonly unplaced: number;
    }
  | { readonly ok: false; readonly reason: "malformed" | "too-large" | "unsupported"; readonly detail: string };

/** Spans of one request; collectors send up to some thousands at once. */
const maxSpans = 20_000;
const maxAttributes = 200;

const attributes = itemsUpTo(
  maxAttributes,
  z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }).optional() }),
).optional();
const nanos = z.union([z.string().regex(/^\d{1,20}$/), z.number()]).optional();
/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: enums are numbers, 64-bit integers texts; the rest is let pass. */
const requestSchema = z.object({ resourceSpans: anyItems.optional() });
const resourceSchema = z.object({ resource: z.object({ attributes }).optional(), scopeSpans: anyItems.optional() });
const scopeSchema = z.object({ spans: anyItems.optional() });
const spanSchema = z.object({
  traceId: z.string().default(""),
  spanId: z.string().default(""),
  parentSpanId: z.string().default(""),
  kind: z.number().default(0),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  status: z.object({ code: z.number().default(0) }).optional(),
});
type Span = z.infer<typeof spanSchema>;

const kinds = { server: 2, client: 3 } as const;
const errorCode = 2;
const maxNameChars = 253;
/** https://opentelemetry.io/docs/specs/semconv/: whom a client span called, as it names them; later names are older ones. */
const peerNames = ["peer.service", "server.address", "net.peer.name"];

const textOf = (list: z.infer<typeof attributes> = [], ...names: readonly string[]): string => {
  for (const name of names) {
    const text = list.find(({ key }) => key === name)?.value?.stringValue;
    if (text) return text.slice(0, maxNameChars);
  }
  return "";
};

function tooMany(): RangeError {
  return new RangeError(`the request has more than ${maxSpans} spans`);
}

/** The spans of a request with the resource they are of, read one by one. @throws at the first that is none, or at too many */
function* spansOf(body: unknown): Generator<{ readonly own: z.infer<typeof attributes>; readonly span: Span }> {
  const { resourceSpans = [] } = requestSchema.parse(body);
  let groups = resourceSpans.length;
  let spans = 0;
  for (const one of resourceSpans) {
    if (groups > maxSpans) throw tooMany();
    const { resource, scopeSpans = [] } = resourceSchema.parse(one);
    groups += scopeSpans.length;
    if (groups > maxSpans) throw tooMany();
    for (const scope of scopeSpans) {
      const { spans: items = [] } = scopeSchema.parse(scope);
      spans += items.length;
      if (spans > maxSpans) throw tooMany();
      for (const item of items) yield { own: resource?.attributes, span: spanSchema.parse(item) };
    }
  }
}

/** Calls in one request: from client spans that name their peer, or whose server's span came along. */
function callsOf(body: unknown): { calls: TracedCall[]; unplaced: number } {
  const served = new Map<string, string>();
  const asked: { readonly span: Span; readonly client: string; readonly clientNamespace: string }[] = [];
  for (const { own, span } of spansOf(body)) {
    const client = textOf(own, "service.name");
    if (span.kind === kinds.server) served.set(`${span.traceId}/${span.parentSpanId}`, client);
    else if (span.kind === kinds.client)
      asked.push({ span, client, clientNamespace: textOf(own, "k8s.namespace.name", "service.namespace") });
  }
  const calls: TracedCall[] = [];
  for (const { span, client, clientNamespace } of asked) {
    const server = textOf(span.attributes, ...peerNames) || served.get(`${span.traceId}/${span.spanId}`) || "";
    const [from, to] = [Number(span.startTimeUnixNano), Number(span.endTimeUnixNano)];
    if (!client || !server || server === client || !(to >= from)) continue;
    const failed = span.status?.code === errorCode;
    calls.push({ client, clientNamespace, server, failed, seconds: (to - from) / 1e9, at: to / 1e6 });
  }
  return { calls, unplaced: asked.length - calls.length };
}

const unzip = promisify(gunzip);
const isTooLarge = (error: unknown) =>
  error instanceof Error && (Reflect.get(error, "code") === "ERR_BUFFER_TOO_LARGE" || /more than/.test(error.message));

/** Unpacks and reads one delivery of spans (OTLP over HTTP, JSON, possibly gzipped). Never grows beyond `maxUnpackedBytes`. */
export async function readTraces({ contentType, contentEncoding, body }: PushRequest): Promise<ReadTraces> {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const encoding = contentEncoding.trim().toLowerCase();
  if (type !== "application/json")
    return { ok: false, reason: "unsupported", detail: "send JSON: set encoding: json at the otlphttp exporter" };
  if (encoding !== "" && encoding !== "identity" && encoding !== "gzip")
    return { ok: false, reason: "unsupported", detail: "content encoding: use gzip or none" };
  try {
    const bytes = encoding === "gzip" ? await unzip(body, { maxOutputLength: maxUnpackedBytes }) : body;
    return { ok: true, ...callsOf(JSON.parse(new TextDecoder().decode(bytes))) };
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const detail = issue ? `${issue.path.join(".") || "(top)"}: ${issue.message}` : messageOf(error, 160);
    return { ok: false, reason: isTooLarge(error) ? "too-large" : "malformed", detail: detail.slice(0, 200) };
  }
}
