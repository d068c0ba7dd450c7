import type { Container, ResourceRequirements } from "../../cluster/kubernetes-types.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { containerOf, podCountOf, rolloutNote, templateKinds, withContainer } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";
import { noSuchContainer, templatePermissions } from "./template-action.ts";

type Amounts = Readonly<Record<string, string | undefined>>;

function merged(old: Readonly<Record<string, string>> | undefined, wanted: Amounts | undefined) {
  const known = Object.entries({ ...old, ...wanted }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function resourcesWith(container: Container, requests?: Amounts, limits?: Amounts): ResourceRequirements {
  const newRequests = merged(container.resources?.requests, requests);
  const newLimits = merged(container.resources?.limits, limits);
  return {
    ...container.resources,
    ...(newRequests ? { requests: newRequests } : {}),
    ...(newLimits ? { limits: newLimits } : {}),
  };
}

/** The API refuses a request above its limit; saying so here names the resource in words. */
function contradiction({ requests = {}, limits = {} }: ResourceRequirements): string | undefined {
  return Object.keys(requests).find((name) => {
    const [request, limit] = [parseQuantity(requests[name]), parseQuantity(limits[name])];
    return request !== undefined && limit !== undefined && request > limit;
  });
}

export const patchResources = defineAction({
  name: "patch-resources",
  risk: "medium",
  kinds: templateKinds,
  params: actionParams["patch-resources"],
  permissions: templatePermissions,
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "Pods with the new requests and limits become ready and are neither killed nor throttled.",
  verifyWithinMs: 5 * 60_000,
  draft(target, { container: name, requests, limits }) {
    const container = containerOf(target, name);
    if (!container) return noSuchContainer(target, name);
    if (!requests && !limits) return refuse("invalid-params", "Neither requests nor limits are given.");
    const resources = resourcesWith(container, requests, limits);
    const wrong = contradiction(resources);
    if (wrong) {
      return refuse(
        "invalid-params",
        `The ${wrong} request ${resources.requests?.[wrong]} would be above the limit ${resources.limits?.[wrong]}.`,
      );
    }
    const after = withContainer(target, name, (old) => ({ ...old, resources }));
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
