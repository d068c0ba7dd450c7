import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { makeRef } from "../../incident/object-ref.ts";
import type { Change } from "../change/change.ts";
import { valueAt, withValueAt } from "../change/plain.ts";
import { podCountOf } from "../change/workload.ts";
import { type DraftContext, defineAction, refuse } from "../define-action.ts";
import { isLoaderVariable, loadsTheSame } from "../loader-variables.ts";
import { restarted } from "./restart.ts";

/** `carts`, `deployment/carts` or `Deployment/carts`: without a kind the first workload of that name is taken. */
async function findWorkload(text: string, namespace: string | undefined, context: DraftContext) {
  const [prefix, name] = text.includes("/") ? text.split("/", 2) : [undefined, text];
  const kinds = rolloutKinds.filter((kind) => prefix === undefined || kind.toLowerCase() === prefix.toLowerCase());
  for (const kind of kinds) {
    const read = await context.cluster.get(makeRef(kind, namespace, name ?? text));
    if (read.type === "found") return read.object;
    if (read.type === "failed") return refuse("unreachable", `${kind} ${name} could not be read: ${read.detail}.`);
  }
  return refuse("target-gone", `The workload ${text}, which reads this ConfigMap, does not exist.`);
}

export const patchConfig = defineAction({
  name: "patch-config",
  risk: "medium",
  kinds: ["ConfigMap"],
  params: actionParams["patch-config"],
  permissions: [
    { verb: "patch", group: "", resource: "configmaps" },
    { verb: "patch", group: "apps", resource: "deployments" },
    { verb: "patch", group: "apps", resource: "statefulsets" },
    { verb: "patch", group: "apps", resource: "daemonsets" },
  ],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "Workloads that read the value work again after they have read it anew.",
  verifyWithinMs: 5 * 60_000,
  async draft(target, { key, value, restart = [] }, context) {
    const { name, namespace } = target.metadata;
    if (valueAt(target, "immutable") === true) {
      return refuse(
        "not-supported",
        `ConfigMap ${name} is immutable: make a new one and let the workload refer to it.`,
      );
    }
    if (valueAt(target, "binaryData", key) !== undefined)
      return refuse("not-supported", `${key} of ConfigMap ${name} is binary.`);
    const old = valueAt(target, "data", key);
    if (isLoaderVariable(key) && !loadsTheSame(key, { name: key, value: typeof old === "string" ? old : "" }, value))
      return refuse(
        "not-supported",
        `${key} becomes a variable that decides what programs load, start or trust; changing it is for a person with kubectl.`,
      );
    const after: KubeObject = withValueAt(target, ["data", key], value ?? undefined);
    const changes: Change[] = [{ type: "modify", before: target, after }];
    let pods = 0;
    const [again, left]: [string[], string[]] = [[], []];
    for (const text of new Set(restart)) {
      const workload = await findWorkload(text, namespace, context);
      if ("refusal" in workload) return workload;
      if (valueAt(workload, "spec", "paused") === true) {
        return refuse(
          "rollout-paused",
          `The rollout of ${workload.metadata.name}, which must read the value again, is paused.`,
        );
      }
      if (valueAt(workload, "spec", "updateStrategy", "type") === "OnDelete") {
        left.push(text);
        continue;
      }
      again.push(text);
      pods += podCountOf(workload);
      changes.push({ type: "modify", before: workload, after: restarted(workload, context.now) });
    }
    const notes = [
      ...(again.length > 0 ? [`${again.join(", ")} restarts to read it.`] : []),
      ...left.map((one) => `${one} does not restart (update strategy OnDelete): delete its pods for that.`),
    ];
    const note =
      notes.join(" ") ||
      "Nothing restarts: programs that read their configuration only once keep the old value until they do.";
    return { changes, pods, note };
  },
});
