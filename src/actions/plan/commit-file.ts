import { stringify } from "yaml";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { intentOf } from "../change/intent.ts";
import { isPlain, type Plain, valueAt, withValueAt } from "../change/plain.ts";
import { strategicPatch } from "../change/strategic-patch.ts";
import type { Draft } from "../define-action.ts";

export interface CommitFile {
  readonly name: string;
  /** Not yet redacted. */
  readonly text: string;
}

/** The rollout's own time stamp is an order to restart, not a state to keep. */
const order = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"];

/** Without the order, and without the maps that were made for it alone. */
function withoutOrder(object: KubeObject): Plain {
  let kept = withValueAt(intentOf(object), order, undefined);
  for (const path of [order.slice(0, -1), order.slice(0, -2)]) {
    const map = valueAt(kept, ...path);
    if (isPlain(map) && Object.keys(map).length === 0) kept = withValueAt(kept, path, undefined);
  }
  return kept;
}

function patchOf(before: KubeObject, after: KubeObject): Plain {
  const [old, next] = [before, after].map(withoutOrder);
  return strategicPatch(old ?? {}, next ?? {});
}

const header = `# A patch for Kustomize (patches: [{ path: … }]), or the fields to change by hand in the manifest of this object.
`;

/**
 * What a draft changes as a file for the repository that owns the objects; undefined when there is nothing to commit, as for
 * a restart or a pod that is deleted.
 */
export function commitFileOf(draft: Draft): CommitFile | undefined {
  const documents = draft.changes.flatMap((change): Plain[] => {
    if (change.type === "create") return [change.object];
    if (change.type !== "modify" && change.type !== "scale") return [];
    const { before } = change;
    const after = change.type === "modify" ? change.after : withValueAt(before, ["spec", "replicas"], change.replicas);
    const { metadata, apiVersion: _version, kind: _kind, ...rest } = patchOf(before, after);
    const own = typeof metadata === "object" && metadata !== null ? metadata : {};
    if (Object.keys(rest).length === 0 && Object.keys(own).length === 0) return [];
    const { name, namespace } = before.metadata;
    const identity = { name, ...(namespace ? { namespace } : {}), ...own };
    return [{ apiVersion: before.apiVersion, kind: before.kind, metadata: identity, ...rest }];
  });
  const [first] = documents;
  if (!first) return undefined;
  const { name } = first["metadata"] as { readonly name: string };
  const text = documents.map((document) => stringify(document, { lineWidth: 0 })).join("---\n");
  return { name: `patch-${String(first["kind"]).toLowerCase()}-${name}.yaml`, text: `${header}${text}` };
}
