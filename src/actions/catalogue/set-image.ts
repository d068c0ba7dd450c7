import { imageRepository, writtenRepository } from "../../cluster/image-reference.ts";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { containerOf, podCountOf, rolloutNote, templateKinds, withContainer } from "../change/workload.ts";
import { type DraftContext, defineAction, refuse } from "../define-action.ts";
import { noSuchContainer, templatePermissions } from "./template-action.ts";

/** Images of this container, now and in the revisions that are kept. */
async function knownImages(
  target: KubeObject,
  container: string,
  { cluster }: DraftContext,
): Promise<readonly string[]> {
  const listed = await cluster.list("ReplicaSet", target.metadata.namespace);
  // Without the history the present image is still known: fewer images are allowed, never more.
  const earlier = listed.type === "found" ? listed.objects : [];
  const own = earlier.filter((object) =>
    object.metadata.ownerReferences?.some((owner) => owner.uid === target.metadata.uid),
  );
  return [target, ...own].map((object) => containerOf(object, container)?.image).filter((image) => image !== undefined);
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
    const known = await knownImages(target, container, context);
    // An image is code. What evidence or a model names may choose a version, but not bring in somebody else's program.
    if (!known.some((one) => imageRepository(one) === imageRepository(image))) {
      const repositories = [...new Set(known.map(writtenRepository))];
      return refuse(
        "not-supported",
        `${writtenRepository(image)} was never used by container ${container}; known: ${repositories.join(", ")}.`,
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
