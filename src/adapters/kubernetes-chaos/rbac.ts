import { methods } from "../../chaos/methods/catalogue.ts";
import type { Grant } from "../../cluster/access-rules.ts";

/** What the third identity may do: what the methods name, the guard's look at namespaces, and probes through Services. */
export function chaosGrants(): Grant[] {
  return [
    { verb: "get", group: "", resource: "namespaces", why: "whether a namespace allows experiments" },
    { verb: "get", group: "", resource: "services/proxy", why: "probes over HTTP" },
    ...Object.values(methods).flatMap(({ permissions }) => [...permissions]),
  ];
}
