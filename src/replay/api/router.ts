export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** What a request asks for, read from method, path and query alone: authorisation looks at nothing else. */
export type Route = { readonly kind: "non-resource"; readonly path: string; readonly verb: string } | ResourceRoute;

export interface ResourceRoute {
  readonly kind: "resource";
  readonly verb: Verb;
  readonly method: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** "" for all namespaces and for cluster-scoped resources. */
  readonly namespace: string;
  /** "" for the collection. */
  readonly name: string;
  /** What follows the sub-resource, for proxies: starts with a slash, or is empty. */
  readonly rest: string;
}

/** Sub-resources of a namespace itself; `namespaces/x/pods` is the collection of pods in x. */
const namespaceSubresources = new Set(["status", "finalize"]);
const writeVerbs: Readonly<Record<string, Verb>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

/**
 * Splits a request path. "no-path" is what the API server answers with a plain text 404: a path with a leading double
 * slash. Empty segments inside are kept: `/api/v1/namespaces//pods` is all namespaces.
 */
export function parseRoute(method: string, path: string, query: URLSearchParams): Route | "no-path" {
  if (path.startsWith("//")) return "no-path";
  const segments = path.split("/").slice(1).map(decode);
  if (segments.at(-1) === "" && segments.length > 1) segments.pop();
  const [root, second = "", third = ""] = segments;
  const core = root === "api" && segments.length > 2;
  const grouped = root === "apis" && segments.length > 3;
  if (!core && !grouped) return { kind: "non-resource", path, verb: method.toLowerCase() };
  const group = core ? "" : second;
  const version = core ? second : third;
  let parts = segments.slice(core ? 2 : 3);
  const watchPath = parts[0] === "watch" && parts.length > 1;
  if (watchPath) parts = parts.slice(1);

  let namespace = "";
  if (parts[0] === "namespaces" && parts.length > 2 && !namespaceSubresources.has(parts[2] ?? "")) {
    namespace = parts[1] ?? "";
    parts = parts.slice(2);
  }
  const [resource = "", name = "", subresource = "", ...rest] = parts;
  const watching = watchPath || (name === "" && isTrue(query.get("watch")));
  const read: Verb = watching ? "watch" : name === "" ? "list" : "get";
  const write = writeVerbs[method] ?? "get";
  const verb =
    method === "GET" || method === "HEAD" ? read : write === "delete" && name === "" ? "deletecollection" : write;
  return {
    kind: "resource",
    verb,
    method,
    group,
    version,
    resource,
    subresource,
    namespace,
    name,
    rest: rest.length > 0 ? `/${rest.join("/")}` : "",
  };
}

export function isTrue(value: string | null): boolean {
  return value !== null && !["", "false", "0"].includes(value);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign is taken as it is written, like Go's raw path.
    return segment;
  }
}
