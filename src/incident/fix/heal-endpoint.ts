/** Where an application takes a request to heal itself. */
export interface HealEndpoint {
  readonly path: string;
  readonly port: number;
}

const pathKey = "kubemend.dev/heal-path";
const portKey = "kubemend.dev/heal-port";
const maxPathChars = 200;

/**
 * A plain absolute path: no query, no escapes, and no segment that leads upwards. The request goes through the API server's
 * proxy, where such a segment would reach another part of the API with the actor's rights.
 */
export function isHealPath(path: string): boolean {
  if (path.length > maxPathChars || !/^(\/[A-Za-z0-9._~-]+)+\/?$|^\/$/.test(path)) return false;
  return !path.split("/").some((segment) => segment === "." || segment === "..");
}

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
}

/**
 * `kubemend.dev/heal-path` and `heal-port` on a workload or on its pods say that POSTing there is safe, and where. The
 * workload's own win. Undefined when there are none, or when they are not a plain path and a port number.
 */
export function healEndpointOf(object: Annotated): HealEndpoint | undefined {
  const template = (object.spec as { template?: Partial<Annotated> } | undefined)?.template;
  const annotations = { ...template?.metadata?.annotations, ...object.metadata.annotations };
  const path = annotations[pathKey];
  const port = Number(annotations[portKey]);
  if (path === undefined || !isHealPath(path)) return undefined;
  return Number.isInteger(port) && port > 0 && port < 65_536 ? { path, port } : undefined;
}
