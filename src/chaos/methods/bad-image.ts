import { z } from "zod";
import { writtenRepository } from "../../cluster/image-reference.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Method } from "../scope.ts";
import { containerOf, inContainer, setFields } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";
import { workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

export const badImageStep = z.strictObject({
  method: z.literal("bad-image"),
  target: workloadTarget,
  container: z.string().min(1).optional(),
  /** A tag that the registry does not have. */
  tag: z
    .string()
    .regex(/^[\w][\w.-]{0,127}$/, "must be a tag")
    .default("no-such-release"),
});

/** A release whose image does not exist. */
export const badImage: Method<z.infer<typeof badImageStep>> = {
  kinds: rolloutKinds,
  permissions: workloadGrants("bad-image"),
  plan: ({ target, container: name, tag }, scope, snapshot) =>
    eachWorkload(target, scope, snapshot, (workload) => {
      const container = containerOf(workload, name);
      if (typeof container === "string") return container;
      if (!container.image) return `${workload.kind} ${workload.metadata.name}: ${container.name} has no image`;
      const image = `${writtenRepository(container.image)}:${tag}`;
      return setFields(workload, `image of ${container.name} ${container.image} → ${image}`, [
        { path: inContainer(container, "image"), value: image },
      ]);
    }),
};
