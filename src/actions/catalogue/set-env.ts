import type { Container, EnvVar } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { containerOf, podCountOf, rolloutNote, templateKinds, withContainer } from "../change/workload.ts";
import { defineAction } from "../define-action.ts";
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

export const setEnv = defineAction({
  name: "set-env",
  risk: "medium",
  kinds: templateKinds,
  params: actionParams["set-env"],
  permissions: templatePermissions,
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "The process starts with the variable and becomes ready.",
  verifyWithinMs: 5 * 60_000,
  draft(target, { container, name, value }) {
    if (!containerOf(target, container)) return noSuchContainer(target, container);
    const after = withContainer(target, container, (old) => withVariable(old, name, value));
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
