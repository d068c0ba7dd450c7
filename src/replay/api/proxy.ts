import type { Api, Call, Reply } from "./call.ts";
import { admitted } from "./commit.ts";
import { type ApiObject, numberAt, objectsAt, stringAt } from "./json.ts";
import type { ProxyAnswer, ProxyTarget } from "./ports.ts";
import { failure, notFound } from "./status-errors.ts";

/** Any method on nodes/x/proxy, pods/x/proxy and services/x/proxy. The name may be `scheme:name:port`. */
export async function proxy(api: Api, call: Call): Promise<Reply> {
  const { route, resource } = call;
  const [first = "", second = "", third = ""] = route.name.split(":");
  const schemed = first === "http" || first === "https";
  const name = schemed ? second : first;
  const portText = schemed ? third : second;
  const object = api.table.get(resource, route.namespace, name);
  if (object === undefined) throw notFound(resource, name);
  admitted(api, call, "connect", object, undefined, false);
  const target = targetOf(object, portText);
  if (target === "hang-up") return { kind: "hang-up" };
  if (target === "no endpoints") {
    const asked = portText === "" ? name : `${name}:${portText}`;
    throw failure(503, "ServiceUnavailable", `no endpoints available for service "${asked}"`);
  }
  const path = route.rest === "" ? "/" : route.rest;
  const request = { target, method: route.method, path, query: call.query };
  const answer: ProxyAnswer =
    api.proxy === undefined ? { refused: "connection refused" } : await api.proxy.ask(request);
  if ("refused" in answer) throw failure(503, "ServiceUnavailable", unreachable(target, answer.refused));
  return { kind: "text", ...answer };
}

function targetOf(object: ApiObject, portText: string): ProxyTarget | "hang-up" | "no endpoints" {
  if (object.kind === "Node") return { kind: "node", name: object.metadata.name };
  if (object.kind === "Pod") {
    const own = objectsAt(object, "spec", "containers").flatMap((c) => objectsAt(c, "ports"))[0];
    if (portText === "") return { kind: "pod", object, port: numberAt(own, "containerPort") ?? 80 };
    // Port names are not resolved for pods: the real handler crashes and drops the connection.
    return /^\d+$/.test(portText) ? { kind: "pod", object, port: Number(portText) } : "hang-up";
  }
  const ports = objectsAt(object, "spec", "ports");
  const port = portText === "" ? ports[0] : ports.find((p) => p["name"] === portText || String(p["port"]) === portText);
  return port === undefined ? "no endpoints" : { kind: "service", object, port: numberAt(port, "port") ?? 80 };
}

function unreachable(target: ProxyTarget, why: string): string {
  if (target.kind === "node") return `error trying to reach service: dial tcp: lookup ${target.name}: ${why}`;
  const address =
    target.kind === "pod" ? stringAt(target.object, "status", "podIP") : stringAt(target.object, "spec", "clusterIP");
  return `error trying to reach service: dial tcp ${address ?? ""}:${target.port}: connect: ${why}`;
}
