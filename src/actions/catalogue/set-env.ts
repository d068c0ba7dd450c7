import type { Container, EnvVar, KubeObject } from "../../cluster/kubernetes-types.ts";
import { isRolloutKind } from "../../cluster/workload.ts";
import { type ActionParams, actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { containerOf, podCountOf, rolloutNote, templateKinds, withContainer } from "../change/workload.ts";
import { type DraftContext, defineAction, refuse } from "../define-action.ts";
import { isLoaderVariable, loadsTheSame } from "../loader-variables.ts";
import { keptRevisions } from "./kept-revisions.ts";
import { noSuchContainer, templatePermissions } from "./template-action.ts";

/** Others keep their place (later variables may refer to earlier ones); a new one goes last, as `kubectl set env` does. */
function withVariable(container: Container, name: string, value: string | null): Container {
  const old = container.env ?? [];
  const next: EnvVar[] = [];
  for (const variable of old) {
    if (variable.name !== name) next.push(variable);
    // A value given in words replaces a reference (`valueFrom`): both together are refused by the API.
    else if (value !== null) next.push({ name, value });
  }
  if (value !== null && !old.some((variable) => variable.name === name)) next.push({ name, value });
  return withValueAt(container, ["env"], next.length > 0 ? next : undefined);
}

/** Loads or starts something itself, or stands as `$(NAME)` in a variable that does, or in one that stands in that one. */
function decidesWhatRuns(container: Container | undefined, name: string): boolean {
  const reached = new Set([name]);
  for (const from of reached)
    for (const one of container?.env ?? []) if (one.value?.includes(`$(${from})`)) reached.add(one.name);
  return [...reached].some(isLoaderVariable);
}

/** What makes a program load or start something may only be put back to what a kept revision of the workload had. */
async function refuseToLoad(
  target: KubeObject,
  { container, name, value }: ActionParams<"set-env">,
  { cluster }: DraftContext,
) {
  const before = containerOf(target, container)?.env?.find((variable) => variable.name === name);
  if (loadsTheSame(name, before, value)) return undefined;
  const revisions = isRolloutKind(target.kind) ? await keptRevisions(target, cluster) : [];
  if ("refusal" in revisions) return revisions;
  const hadIt = revisions.some(({ template: { spec } }) =>
    [...spec.containers, ...(spec.initContainers ?? [])].some((one) => {
      const had = one.env?.find((variable) => variable.name === name);
      return one.name === container && !had?.valueFrom && (had?.value ?? null) === value;
    }),
  );
  return hadIt
    ? undefined
    : refuse(
        "not-supported",
        `${name} decides what a program loads, starts or trusts. kubemend only takes it back to what an earlier revision of ${target.metadata.name} had; anything else is for a person with kubectl.`,
      );
}

export const setEnv = defineAction({
  name: "set-env",
  risk: "medium",
  kinds: templateKinds,
  params: actionParams["set-env"],
  permissions: [
    ...templatePermissions,
    { verb: "list", group: "apps", resource: "replicasets" },
    { verb: "list", group: "apps", resource: "controllerrevisions" },
  ],
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "The process starts with the variable and becomes ready.",
  verifyWithinMs: 5 * 60_000,
  async draft(target, params, context) {
    const { container, name, value } = params;
    if (!containerOf(target, container)) return noSuchContainer(target, container);
    const refused = decidesWhatRuns(containerOf(target, container), name)
      ? await refuseToLoad(target, params, context)
      : undefined;
    if (refused) return refused;
    const after = withContainer(target, container, (old) => withVariable(old, name, value));
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
