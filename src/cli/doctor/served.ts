import { z } from "zod";
import type { ApiReply, ApiRequest } from "../../adapters/kubernetes-api/send.ts";
import { watchedKinds } from "../../adapters/kubernetes-reader/kinds.ts";

/** Since when (minor version of Kubernetes 1) a kind is served in the group version that is read, where that is not long ago. */
const since: Readonly<Record<string, number>> = {
  CronJob: 21,
  PodDisruptionBudget: 21,
  EndpointSlice: 21,
  HorizontalPodAutoscaler: 23,
};

const admissionGroup = "admissionregistration.k8s.io/v1";
const listShape = z.object({ resources: z.array(z.object({ name: z.string() })) });

export interface Served {
  /** What is read and not served, as people name it: `CronJob (batch/v1, from 1.21)`. */
  readonly missing: readonly string[];
  /** Whether the API server can hold the actor to single fields (1.30); undefined when it does not say. */
  readonly admissionPolicies: boolean | undefined;
}

/** Looks which of the kinds that kubemend reads an API server serves. What it does not say counts as served. */
export async function servedBy(send: (request: ApiRequest) => Promise<ApiReply>): Promise<Served> {
  const groups = Map.groupBy(
    watchedKinds.filter(({ apiVersion }) => apiVersion.includes("/")),
    ({ apiVersion }) => apiVersion,
  );
  const missing: string[] = [];
  let admissionPolicies: boolean | undefined;
  for (const [group, kinds] of groups) {
    const reply = await send({ method: "GET", path: `/apis/${group}` });
    if (reply.type !== "answer" || (reply.status !== 200 && reply.status !== 404)) continue;
    const listed = listShape.safeParse(reply.body).data?.resources.map(({ name }) => name);
    if (reply.status === 200 && !listed) continue;
    const has = new Set(reply.status === 404 ? [] : listed);
    for (const { kind, plural } of kinds)
      if (!has.has(plural))
        missing.push(`${kind} (${group}${since[kind] === undefined ? "" : `, from 1.${since[kind]}`})`);
    if (group === admissionGroup) admissionPolicies = has.has("validatingadmissionpolicies");
  }
  // Nothing at all: it answers no such questions, and what it serves is seen when it is watched.
  const silent = missing.length === [...groups.values()].flat().length;
  return silent ? { missing: [], admissionPolicies: undefined } : { missing, admissionPolicies };
}
