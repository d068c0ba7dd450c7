import { type KubeConfig, PatchStrategy } from "@kubernetes/client-node";
import { z } from "zod";
import type { ChaosCluster, Written } from "../../chaos/cluster-port.ts";
import type { PatchOp } from "../../chaos/fields.ts";
import { listObjects } from "../kubernetes-api/list-objects.ts";
import { objectIn } from "../kubernetes-api/object-in.ts";
import { deleteOptions, eviction } from "../kubernetes-api/removal.ts";
import { groupPath } from "../kubernetes-api/resource-path.ts";
import { type ApiReply, type ApiRequest, sendRequest } from "../kubernetes-api/send.ts";
import { collectionPath, objectPath, pluralOf } from "./resource-paths.ts";

export interface ChaosClientOptions {
  /** Of the identity that experiments have; neither the watcher's nor the actor's. */
  readonly config: KubeConfig;
  readonly timeoutMs?: number;
}

/** Owner of the fields that experiments set, so that `kubectl get --show-managed-fields` tells them from fixes. */
const fieldManager = "kubemend-chaos";
const maxPages = 20;
const probeAnswerChars = 2_000;

const statusSchema = z.looseObject({
  reason: z.string().optional(),
  details: z
    .looseObject({
      causes: z.array(z.looseObject({ field: z.string().optional(), message: z.string().optional() })).optional(),
    })
    .optional(),
});
const resourcesSchema = z.looseObject({ resources: z.array(z.looseObject({ name: z.string() })) });

/** Why the API refused, by its codes and names of fields. Its own words may repeat a whole object and are left out. */
function refusal(status: number, body: unknown): string {
  const parsed = statusSchema.safeParse(body).data;
  const fields = (parsed?.details?.causes ?? []).flatMap(({ field }) => (field ? [field.slice(0, 120)] : []));
  const hint = status === 403 ? " (k8s/rbac-chaos.yaml grants what experiments need)" : "";
  return `the API refuses it: ${parsed?.reason ?? `HTTP ${status}`}${fields.length > 0 ? `, ${fields.slice(0, 5).join(", ")}` : ""}${hint}`;
}

function written(reply: ApiReply): Written {
  if (reply.type !== "answer") return { type: "unknown", detail: `no answer from the API (${reply.detail})` };
  const { status, body } = reply;
  if (status < 300) {
    const object = objectIn(body);
    return object ? { type: "done", object } : { type: "done" };
  }
  if (status === 409) return { type: "conflict" };
  if (status === 404) return { type: "gone" };
  if (status === 429) return { type: "refused", detail: "a disruption budget forbids it now, or the API is too busy" };
  return status >= 500
    ? { type: "unknown", detail: `HTTP ${status}` }
    : { type: "refused", detail: refusal(status, body) };
}

const unknownKind = (kind: string) => ({ type: "refused", detail: `a ${kind} cannot be addressed` }) as const;

/** The identity of experiments over the Kubernetes API. Every method answers with a named outcome and never throws. */
export function createKubernetesChaos(options: ChaosClientOptions): ChaosCluster {
  const timeoutMs = options.timeoutMs ?? 35_000;
  const send = (request: ApiRequest) => sendRequest(options.config, request, timeoutMs);
  const failed = (reply: ApiReply) => ({
    type: "failed" as const,
    detail: reply.type === "answer" ? refusal(reply.status, reply.body) : `no answer from the API (${reply.detail})`,
  });
  const query = (dryRun: boolean) => ({ fieldManager, ...(dryRun ? { dryRun: "All" } : {}) });
  return {
    async get(target) {
      const path = objectPath(target);
      if (!path) return { type: "failed", detail: `a ${target.kind} cannot be addressed` };
      const reply = await send({ method: "GET", path });
      if (reply.type === "answer" && reply.status === 404) return { type: "gone" };
      const object = reply.type === "answer" && reply.status === 200 ? objectIn(reply.body) : undefined;
      return object ? { type: "found", object } : failed(reply);
    },
    async list(apiVersion, kind, namespace) {
      const path = collectionPath(apiVersion, kind, namespace);
      if (!path) return { type: "failed", detail: `${kind} objects cannot be addressed` };
      const listed = await listObjects(send, { path, apiVersion, kind, maxPages });
      if (listed.type === "failed") return failed(listed.reply);
      return listed.type === "found"
        ? listed
        : { type: "failed", detail: `there are more than ${listed.limit} of them` };
    },
    async serves(apiVersion, kind) {
      const reply = await send({ method: "GET", path: groupPath(apiVersion) });
      if (reply.type !== "answer" || reply.status !== 200) return false;
      const plural = pluralOf(kind);
      return resourcesSchema.safeParse(reply.body).data?.resources.some(({ name }) => name === plural) ?? false;
    },
    async patch(target, ops, { dryRun, resourceVersion }) {
      const path = objectPath(target);
      if (!path) return unknownKind(target.kind);
      // A version that is out of date is answered by 409 instead of overwriting what somebody else wrote.
      const guard: readonly PatchOp[] = resourceVersion
        ? [{ op: "replace", path: "/metadata/resourceVersion", value: resourceVersion }]
        : [];
      const body = [...guard, ...ops];
      const contentType = PatchStrategy.JsonPatch;
      return written(await send({ method: "PATCH", path, query: query(dryRun), contentType, body }));
    },
    async create(object, { dryRun }) {
      const {
        apiVersion = "",
        kind = "",
        metadata,
      } = object as {
        apiVersion?: string;
        kind?: string;
        metadata?: { namespace?: string };
      };
      const path = collectionPath(apiVersion, kind, metadata?.namespace);
      if (!path) return unknownKind(kind);
      return written(
        await send({ method: "POST", path, query: { ...query(dryRun), fieldValidation: "Strict" }, body: object }),
      );
    },
    async delete(target, { dryRun, uid }) {
      const path = objectPath(target);
      if (!path) return unknownKind(target.kind);
      return written(await send({ method: "DELETE", path, body: deleteOptions("Background", { uid, dryRun }) }));
    },
    async evict(pod, { dryRun, uid }) {
      const path = objectPath(pod);
      if (!path || pod.kind !== "Pod") return unknownKind(pod.kind);
      const body = eviction(pod, { uid, dryRun });
      return written(
        await send({ method: "POST", path: `${path}/eviction`, query: dryRun ? { dryRun: "All" } : {}, body }),
      );
    },
    async ask({ namespace, service, port, path, timeoutMs: patience }) {
      // A path with `..` would leave the proxy for another part of the API.
      if (path.split(/[/?#]/).some((part) => /^(\.|%2e){1,2}$/i.test(part)))
        return { status: 0, detail: "not a plain path" };
      const place = objectPath({ apiVersion: "v1", kind: "Service", namespace, name: service });
      if (!place) return { status: 0, detail: "no such place" };
      const proxy = `${place}:${encodeURIComponent(port)}/proxy`;
      // As the address is read in the end: a backslash counts as a slash there, and a tab as nothing (URL Standard).
      if (!new URL(`http://api${proxy}${path}`).pathname.startsWith(`${proxy}/`))
        return { status: 0, detail: "not a plain path" };
      const [plain = "/", search = ""] = path.split("?");
      const parameters = Object.fromEntries(new URLSearchParams(search));
      const reply = await sendRequest(
        options.config,
        { method: "GET", path: `${proxy}${plain}`, query: parameters, answerChars: probeAnswerChars },
        patience,
      );
      if (reply.type !== "answer") return { status: 0, detail: reply.detail };
      // The API server's own answer when nobody serves: a 503 as well, and as true.
      return { status: reply.status, detail: `HTTP ${reply.status}` };
    },
  };
}
