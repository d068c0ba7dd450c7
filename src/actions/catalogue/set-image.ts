import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { containerOf, podCountOf, rolloutNote, templateKinds, withContainer } from "../change/workload.ts";
import { type DraftContext, defineAction, refuse } from "../define-action.ts";
import { noSuchContainer, templatePermissions } from "./template-action.ts";

/** `registry:5000/shop/carts:1.2@sha256:…` -> `registry:5000/shop/carts`. */
function repositoryOf(image: string): string {
  const name = image.split("@")[0] ?? image;
  const slash = name.lastIndexOf("/");
  const colon = name.indexOf(":", slash + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** Repositories that this container's image came from, now and in the revisions that are kept. */
async function knownRepositories(
  target: KubeObject,
  container: string,
  { cluster }: DraftContext,
): Promise<Set<string>> {
  const listed = await cluster.list("ReplicaSet", target.metadata.namespace);
  // Without the history the present image is still known: fewer images are allowed, never more.
  const earlier = listed.type === "found" ? listed.objects : [];
  const own = earlier.filter((object) =>
    object.metadata.ownerReferences?.some((owner) => owner.uid === target.metadata.uid),
  );
  const images = [target, ...own]
    .map((object) => containerOf(object, container)?.image)
    .filter((image) => image !== undefined);
  return new Set(images.map(repositoryOf));
}

export const setImage = defineAction({
  name: "set-image",
  risk: "medium",
  kinds: templateKinds,
  params: actionParams["set-image"],
  permissions: [...templatePermissions, { verb: "list", group: "apps", resource: "replicasets" }],
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "Pods with the given image start and become ready.",
  verifyWithinMs: 5 * 60_000,
  async draft(target, { container, image }, context) {
    if (!containerOf(target, container)) return noSuchContainer(target, container);
    const known = await knownRepositories(target, container, context);
    // An image is code. What evidence or a model names may choose a version, but not bring in somebody else's program.
    if (!known.has(repositoryOf(image))) {
      return refuse(
        "not-supported",
        `${repositoryOf(image)} was never used by container ${container}; known: ${[...known].join(", ")}.`,
      );
    }
    const after = withContainer(target, container, (old) => ({ ...old, image }));
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
