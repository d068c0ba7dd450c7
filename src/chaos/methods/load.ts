import { z } from "zod";
import { programGrants, programPod } from "../program-pod.ts";
import { type Method, planned, refused, selectObjects } from "../scope.ts";
import { asService } from "../workload.ts";
import { coreGrants } from "./grants.ts";
import { namedTarget } from "./target.ts";

export const loadStep = z.strictObject({
  method: z.literal("load"),
  service: namedTarget,
  path: z.string().startsWith("/").max(500).default("/"),
  /** Default: the Service's first. */
  port: z.int().min(1).max(65_535).optional(),
  perSecond: z.number().min(0.1).max(2_000),
});

/** Asks a Service for a page at a steady rate, from a pod of our own in its namespace. */
export const load: Method<z.infer<typeof loadStep>> = {
  kinds: ["Service"],
  permissions: [...programGrants("load"), ...coreGrants("load", "services", ["list"])],
  plan({ service: named, path, port, perSecond }, scope, snapshot) {
    const selected = selectObjects({ kind: "Service", ...named }, scope, snapshot);
    if (!selected.ok) return refused(selected.problem);
    const service = asService(selected.objects[0]);
    const to = port ?? service?.spec.ports?.[0]?.port;
    const namespace = service?.metadata.namespace;
    if (!namespace || to === undefined) return refused(`Service ${named.name} has no port`);
    return planned(
      programPod(
        {
          program: "load",
          namespace,
          suffix: `load-${named.name}`,
          env: { URL: `http://${named.name}:${to}${path}`, PER_SECOND: String(perSecond) },
        },
        scope,
      ),
    );
  },
};
