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
  const versioned = groupVersionOf(segments);
  if (!versioned) return { kind: "non-resource", path, verb: method.toLowerCase() };
  const { group, version } = versioned;
  const isWatchPath = versioned.rest[0] === "watch" && versioned.rest.length > 1;
  const { namespace, rest: parts } = namespaceOf(isWatchPath ? versioned.rest.slice(1) : versioned.rest);
  const [resource = "", name = "", subresource = "", ...rest] = parts;
  const isWatch = isWatchPath || (name === "" && isTrue(query.get("watch")));
  return {
    kind: "resource",
    verb: verbOf(method, name !== "", isWatch),
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

/** `api/v1/…` of the core group, `apis/<group>/<version>/…` of all others. */
function groupVersionOf([root, ...rest]: readonly string[]) {
  const [first = "", second = "", ...third] = rest;
  if (root === "api" && rest.length > 1) return { group: "", version: first, rest: rest.slice(1) };
  if (root === "apis" && rest.length > 2) return { group: first, version: second, rest: third };
  return undefined;
}

function namespaceOf(parts: readonly string[]) {
  const [collection, namespace = "", inside] = parts;
  const isInside = collection === "namespaces" && inside !== undefined && !namespaceSubresources.has(inside);
  return isInside ? { namespace, rest: parts.slice(2) } : { namespace: "", rest: parts };
}

function verbOf(method: string, isNamed: boolean, isWatch: boolean): Verb {
  const write = writeVerbs[method];
  if (write === "delete" && !isNamed) return "deletecollection";
  if (write) return write;
  if (method !== "GET" && method !== "HEAD") return "get";
  return isWatch ? "watch" : isNamed ? "get" : "list";
}

/** As the API reads boolean parameters: everything but absent, empty, `0` and `false` is true. */
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
