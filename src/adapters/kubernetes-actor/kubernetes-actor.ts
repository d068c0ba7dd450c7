import { type KubeConfig, PatchStrategy } from "@kubernetes/client-node";
import type { ActorPort, ListOutcome, ReadOutcome, WriteGuard, WriteOutcome } from "../../actions/cluster-port.ts";
import type { PatchType, WriteStep } from "../../incident/fix/action-plan.ts";
import { isHealPath } from "../../incident/fix/heal-endpoint.ts";
import { untilToken } from "../../lib/until-token.ts";
import { listObjects } from "../kubernetes-api/list-objects.ts";
import { objectIn } from "../kubernetes-api/object-in.ts";
import { deleteOptions, eviction } from "../kubernetes-api/removal.ts";
import { type ApiReply, type ApiRequest, sendRequest } from "../kubernetes-api/send.ts";
import { isStatus, writeOutcome } from "./outcome.ts";
import { apiVersionOf, collectionPath, objectPath } from "./resource-paths.ts";

export interface ActorOptions {
  readonly config: KubeConfig;
  /** Time one request may take (ms), admission webhooks included: the API gives those up to 30 s. */
  readonly timeoutMs?: number;
}

/** Owner of the fields kubemend sets, as `kubectl get --show-managed-fields` shows it. */
const fieldManager = "kubemend";
const contentTypes: Readonly<Record<PatchType, string>> = {
  json: PatchStrategy.JsonPatch,
  merge: PatchStrategy.MergePatch,
  "strategic-merge": PatchStrategy.StrategicMergePatch,
};
/** Of an application's answer, only the beginning is of interest; up to the end of a word, since half a token passes for none. */
const healAnswerChars = 1_000;
/** A bound for lists, far above what one namespace holds; more is an error, never a silent cut. */
const maxPages = 40;

/** The write identity of a cluster, over the Kubernetes API. Every method answers with a named outcome and never throws. */
export function createKubernetesActor(options: ActorOptions): ActorPort {
  const timeoutMs = options.timeoutMs ?? 35_000;
  const send = (request: ApiRequest) => sendRequest(options.config, request, timeoutMs);
  const write = async (step: WriteStep, guard: WriteGuard, dryRun: boolean): Promise<WriteOutcome> => {
    const request = requestOf(step, guard, dryRun);
    if (!request)
      return { type: "refused", status: 400, reason: `a ${step.target.kind} cannot be addressed`, fields: [] };
    const reply = await send(request);
    // An application that answers "not found" or "failed" has answered: nothing is in doubt, and its pod is not gone. What the
    // API server itself says, before it passes anything on, is a Status.
    if (step.type === "http" && reply.type === "answer" && !isStatus(reply.body)) {
      const answer = { status: reply.status, text: untilToken(reply.text, healAnswerChars) };
      return reply.status < 300
        ? { type: "done", answer }
        : { type: "refused", status: reply.status, reason: "the application's answer", fields: [], answer };
    }
    return writeOutcome(reply, (object) => object.kind === step.target.kind);
  };
  return {
    async get(ref) {
      const path = objectPath(ref);
      if (!path) return failed({ type: "unreachable", detail: `a ${ref.kind} without namespace, or an unknown kind` });
      const reply = await send({ method: "GET", path });
      if (reply.type === "answer" && reply.status === 404) return { type: "gone" };
      const object = reply.type === "answer" && reply.status === 200 ? objectIn(reply.body) : undefined;
      return object ? { type: "found", object } : failed(reply);
    },
    list: (kind, namespace) => listAll(kind, namespace, send),
    dryRun: (step) => write(step, {}, true),
    apply: (step, guard) => write(step, guard, false),
  };
}

function failed(reply: ApiReply): Extract<ReadOutcome, { type: "failed" }> {
  if (reply.type !== "answer") return { type: "failed", reason: "unreachable", detail: reply.detail };
  const forbidden = reply.status === 401 || reply.status === 403;
  return { type: "failed", reason: forbidden ? "forbidden" : "unreachable", detail: `HTTP ${reply.status}` };
}

async function listAll(
  kind: string,
  namespace: string | undefined,
  send: (request: ApiRequest) => Promise<ApiReply>,
): Promise<ListOutcome> {
  const path = collectionPath(kind, namespace);
  const apiVersion = apiVersionOf(kind);
  if (!path || !apiVersion) return failed({ type: "unreachable", detail: `unknown kind ${kind}` });
  const listed = await listObjects(send, { path, apiVersion, kind, maxPages });
  if (listed.type === "found") return listed;
  return failed(
    listed.type === "failed"
      ? listed.reply
      : { type: "unreachable", detail: `more than ${listed.limit} objects of kind ${kind}` },
  );
}

function requestOf(step: WriteStep, guard: WriteGuard, dryRun: boolean): ApiRequest | undefined {
  const path = objectPath(step.target);
  if (!path) return undefined;
  const query = { fieldManager, ...(dryRun ? { dryRun: "All" } : {}) };
  switch (step.type) {
    case "patch": {
      const body = guarded(step.patchType, step.body, guard);
      const suffix = step.subresource ? `/${step.subresource}` : "";
      return {
        method: "PATCH",
        path: `${path}${suffix}`,
        query: { ...query, fieldValidation: "Strict" },
        contentType: contentTypes[step.patchType],
        body,
      };
    }
    case "delete":
      // Also of a pod that was looked at a moment ago: no disruption budget is asked about one that has become ready since.
      return { method: "DELETE", path, body: deleteOptions(step.propagation, { ...guard, dryRun }) };
    case "evict": {
      const body = eviction(step.target, { uid: guard.uid, dryRun });
      return { method: "POST", path: `${path}/eviction`, query: dryRun ? { dryRun: "All" } : {}, body };
    }
    case "create": {
      const collection = collectionPath(step.target.kind, step.target.namespace);
      return collection
        ? { method: "POST", path: collection, query: { ...query, fieldValidation: "Strict" }, body: step.body }
        : undefined;
    }
    case "http":
      // There is no dry run of somebody else's endpoint. A path with `..` would leave the proxy for another part of the API.
      return dryRun || step.target.kind !== "Pod" || !isHealPath(step.path)
        ? undefined
        : {
            method: "POST",
            // By number: the API server does not resolve port names of pods.
            path: `${path}:${step.port}/proxy${step.path}`,
            body: {},
            answerChars: healAnswerChars + 1,
          };
  }
}

/** A stale resourceVersion inside the patch makes the API answer 409 instead of overwriting what somebody else wrote. */
function guarded(type: PatchType, body: unknown, guard: WriteGuard): unknown {
  if (!guard.resourceVersion) return body;
  if (type === "json") {
    const ops: readonly unknown[] = Array.isArray(body) ? body : [];
    return [{ op: "replace", path: "/metadata/resourceVersion", value: guard.resourceVersion }, ...ops];
  }
  const map = body as { readonly metadata?: object };
  return { ...map, metadata: { ...map.metadata, resourceVersion: guard.resourceVersion } };
}
