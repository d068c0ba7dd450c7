import { z } from "zod";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), uid: z.string() }),
});

/** The answer as an object of the cluster; undefined when it is something else. */
export function objectIn(body: unknown): KubeObject | undefined {
  const parsed = objectSchema.safeParse(body);
  return parsed.success && parsed.data.kind !== "Status" ? parsed.data : undefined;
}
