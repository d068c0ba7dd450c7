import { createHash } from "node:crypto";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import type { LogLine } from "../../src/cluster/signal.ts";
import type { EventChange, Recording } from "../../src/replay/recording/load-recording.ts";

/** Deterministic, and of no known form but where one is wanted. */
const drawn = (name: string, length: number) => {
  const digest = createHash("sha512").update(`canary ${name}`).digest("base64url");
  return `${name.slice(0, 1)}${digest.replace(/[-_]/g, "").slice(0, length - 3)}x9`;
};

const keyLine = drawn("private key", 60);

/** One secret for each way in which one gets into a cluster's logs, events and objects. */
export const canaries = {
  "a password in a log line": drawn("logged", 14),
  "a token that a title would cut": drawn("bearer", 40),
  "basic authentication in an address": drawn("basic", 12),
  "a token in the message of an event": `ghp_${drawn("event", 36)}`,
  "a password in a variable": drawn("variable", 13),
  "a private key in a ConfigMap": keyLine,
  "a password in a termination message": drawn("panic", 12),
  "a token in an annotation": drawn("annotation", 24),
  "a key in an alert": `sk_live_${drawn("alert", 30)}`,
} as const;

type Canary = keyof typeof canaries;
const of = (canary: Canary) => canaries[canary];

/** What an application, its makers and its cluster say, with secrets in it. `every` four seconds from `at` on. */
const said: readonly { readonly app: string; readonly line: string }[] = [
  { app: "payment", line: `ERROR ledger refused us: password=${of("a password in a log line")}` },
  {
    app: "carts-db",
    line: `ERROR the directory of customers did not answer Authorization: Bearer ${of("a token that a title would cut")}`,
  },
  {
    app: "catalogue",
    line: `ERROR cannot reach amqp://shop:${of("basic authentication in an address")}@queue:5672/orders`,
  },
  {
    app: "orders",
    line: `ERROR cannot reach amqp://shop:${of("basic authentication in an address")}@queue:5672/orders`,
  },
];

const pem = `-----BEGIN PRIVATE KEY-----\n${keyLine}\n-----END PRIVATE KEY-----\n`;

interface Loose {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  data?: Record<string, string>;
  spec?: { template?: { spec?: PodSpec } } & PodSpec;
  status?: { containerStatuses?: { state?: State; lastState?: State }[] };
}
interface PodSpec {
  containers?: { env?: { name: string; value?: string }[] }[];
}
interface State {
  terminated?: { message?: string };
}

/** The object with secrets in it, where it has a place for one. */
function withSecrets(object: KubeObject): KubeObject {
  const draft = structuredClone(object) as unknown as Loose;
  if (draft.kind === "ConfigMap") draft.data = { ...draft.data, "tls.key": pem, "server.yaml": pem };
  if (draft.metadata.name.startsWith("carts") && draft.kind !== "Service") {
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      "example.org/api-token": of("a token in an annotation"),
    };
    for (const container of (draft.spec?.template?.spec ?? draft.spec)?.containers ?? [])
      container.env = [...(container.env ?? []), { name: "DB_PASSWORD", value: of("a password in a variable") }];
    for (const { state, lastState } of draft.status?.containerStatuses ?? [])
      for (const one of [state, lastState])
        if (one?.terminated) one.terminated.message = `panic: password=${of("a password in a termination message")}`;
  }
  return draft as unknown as KubeObject;
}

function plantedLogs({ logs, end }: Recording, from: number): LogLine[] {
  const added: LogLine[] = [];
  for (const { app, line } of said) {
    const where = logs.findLast(({ at, pod }) => at < from && pod.startsWith(`${app}-`));
    if (!where) continue;
    for (let at = from; at < end; at += 4_000) added.push({ ...where, at, line });
  }
  return [...logs, ...added].sort((a, b) => a.at - b.at);
}

function plantedEvents({ events, end }: Recording, from: number): EventChange[] {
  const [sample] = events.filter(({ event }) => event.type === "Warning");
  const added: EventChange[] = [];
  for (let at = from, count = 1; sample && at < end; at += 10_000, count++) {
    const event = structuredClone(sample.event) as EventChange["event"] & Record<string, unknown>;
    Object.assign(event, {
      metadata: { ...event.metadata, name: "canary.1", uid: "canary-1", resourceVersion: String(9_000_000 + count) },
      involvedObject: { kind: "Deployment", namespace: "sock-shop", name: "carts", apiVersion: "apps/v1" },
      reason: "FailedSync",
      message: `cannot fetch the release with ${of("a token in the message of an event")}`,
      firstTimestamp: new Date(from).toISOString(),
      lastTimestamp: new Date(at).toISOString(),
      count,
    });
    added.push({ at, change: count === 1 ? "ADDED" : "MODIFIED", event });
  }
  return [...events, ...added].sort((a, b) => a.at - b.at);
}

/** A recording in which secrets are logged, told by events, and come with the release that broke it. */
export function plantedRecording(recording: Recording, from: number): Recording {
  return {
    ...recording,
    changes: recording.changes.map((one) => (one.at < from ? one : { ...one, object: withSecrets(one.object) })),
    objects: recording.objects.map((object) => (object.kind === "ConfigMap" ? withSecrets(object) : object)),
    logs: plantedLogs(recording, from),
    events: plantedEvents(recording, from),
  };
}

const encodings: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  encodeURIComponent,
  (secret) => Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  (secret) => JSON.stringify(secret).slice(1, -1),
  (secret) => Buffer.from(secret).toString("hex"),
];
const leastPart = 10;

/** The canaries that are in a text, as they are, encoded, or the first ten characters of them. */
export function canariesIn(text: string): Canary[] {
  return (Object.keys(canaries) as Canary[]).filter((canary) => {
    const secret = of(canary);
    const begin = /^(?:ghp|sk_live)_/.exec(secret)?.[0].length ?? 0;
    const forms = [...encodings.map((encode) => encode(secret)), secret.slice(0, begin + leastPart)];
    const words = text.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? [];
    return (
      forms.some((form) => text.includes(form)) ||
      words.some((word) => Buffer.from(word, "base64").toString("latin1").includes(secret))
    );
  });
}
