import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { live } from "./commit.ts";
import { create } from "./create.ts";
import { remove, removeCollection } from "./delete.ts";
import { evict } from "./eviction.ts";
import { servesGroup } from "./identity.ts";
import { list, reach, versionParameter } from "./list.ts";
import { podLog } from "./logs.ts";
import { patch } from "./patch/patch.ts";
import { proxy } from "./proxy.ts";
import { findResource, type Resource } from "./registry.ts";
import { review, reviewKinds } from "./reviews.ts";
import { scale } from "./scale.ts";
import { badRequest, methodNotAllowed, noSuchPath } from "./status-errors.ts";
import { update } from "./update.ts";
import { toView } from "./views.ts";
import { watch } from "./watch.ts";

const deprecatedEndpoints = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/** Answers a request about a resource. "no-group" is the plain text 404 of a group that is not served. */
export async function handle(api: Api, call: Omit<Call, "resource">): Promise<Reply | "no-group"> {
  const { group, version, resource: name, namespace, subresource } = call.route;
  if (!servesGroup(group, version)) return "no-group";
  if (reviewKinds[name]?.group === group) return review(api, call);
  const resource = findResource(group, version, name);
  if (resource === undefined || (namespace !== "" && !resource.namespaced)) throw noSuchPath();
  if (resource.kind === "Endpoints") call.warnings.push(deprecatedEndpoints);
  const full = { ...call, resource };
  return subresource === "" ? object(api, full) : part(api, full, resource);
}

async function object(api: Api, call: Call): Promise<Reply> {
  const { verb, name } = call.route;
  const named = name !== "";
  switch (verb) {
    case "list":
      return list(api, call);
    case "watch":
      return watch(api, call);
    case "get":
      return read(api, call);
    case "create":
      if (named || (call.resource.namespaced && call.route.namespace === "")) throw methodNotAllowed();
      return create(api, call);
    case "deletecollection":
      if (call.resource.namespaced && call.route.namespace === "") throw methodNotAllowed();
      return removeCollection(api, call);
    default:
      if (!named) throw methodNotAllowed();
      return verb === "update" ? update(api, call) : verb === "patch" ? patch(api, call) : remove(api, call);
  }
}

/** A get at a version of the future waits for it, and does so before it looks for the object. */
async function read(api: Api, call: Call): Promise<Reply> {
  const version = versionParameter(call.query, false);
  if (version !== undefined) await reach(api, version);
  return objectReply(toView(call.resource, live(api, call)));
}

async function part(api: Api, call: Call, resource: Resource): Promise<Reply> {
  const { subresource, verb } = call.route;
  if (!resource.subresources.includes(subresource)) throw noSuchPath();
  switch (subresource) {
    case "scale":
      return scale(api, call);
    case "eviction":
      return evict(api, call);
    case "log":
      return podLog(api, call);
    case "proxy":
      return proxy(api, call);
    case "exec":
    case "attach":
    case "portforward":
      live(api, call);
      throw badRequest("Upgrade request required");
    case "status":
    case "resize":
    case "ephemeralcontainers":
      if (verb === "get") return read(api, call);
      if (verb === "patch") return patch(api, call);
      if (verb === "update") return update(api, call);
      throw methodNotAllowed();
    default:
      // Tokens are not issued and namespaces not finalised here.
      throw methodNotAllowed();
  }
}
