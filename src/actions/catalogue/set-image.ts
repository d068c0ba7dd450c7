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

const versionOf = (image: string) => image.slice(writtenRepository(image).length);

/**
 * The wanted version of an image under the name that the container already uses. What a name without a registry stands for, the
 * nodes' runtime decides (`unqualified-search-registries` in containers-registries.conf(5)), and the admission policy of the cluster
 * compares names as they are written: another spelling may be another program. Where nothing but the name differs it is what is wanted.
 */
function spelledAs(known: string, image: string): string {
  return versionOf(known) === versionOf(image) ? image : `${writtenRepository(known)}${versionOf(image)}`;
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
    const same = known.find((one) => imageRepository(one) === imageRepository(image));
    if (same === undefined) {
      const repositories = [...new Set(known.map(writtenRepository))];
      return refuse(
        "not-supported",
        `${writtenRepository(image)} was never used by container ${container}; known: ${repositories.join(", ")}.`,
      );
    }
    const written = spelledAs(same, image);
    const after = withContainer(target, container, (old) => ({ ...old, image: written }));
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note: rolloutNote(target),
      decided: { container, image: written },
    };
  },
});
