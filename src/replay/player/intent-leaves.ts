import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";

/** One value that somebody asked for, by its path; items of a list are named, not numbered. */
export type IntentLeaves = ReadonlyMap<string, string>;

/** A leaf that differs; undefined where it is absent. */
export interface LeafChange {
  readonly path: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** As an amount: what would have been enough, where the recording tells. */
  readonly enough?: number;
}

type Tree = { readonly [key: string]: unknown };

const probes = new Set(["livenessProbe", "readinessProbe", "startupProbe"]);
/** Absent and false mean the same. */
const switches = new Set(["unschedulable", "paused", "suspend", "optional", "readOnly", "hostNetwork"]);

/**
 * What an object asks for, flattened so that two writings of the same wish are equal: list items go by name or port,
 * ports of probes by number, an environment variable is one leaf, values are JSON text. Status and annotations of the
 * object itself (not of its pod template) are left out, values of Secrets as well, because recordings do not have them.
 */
export function intentLeaves(object: KubeObject): IntentLeaves {
  const leaves = new Map<string, string>();
  const { apiVersion: _v, kind, metadata, status: _s, ...rest } = object as KubeObject & Tree;
  collect({ ...rest, metadata: { labels: metadata.labels ?? {} } }, "", leaves, kind === "Secret");
  return leaves;
}

/** In no particular order; empty when both ask for the same. */
export function leafChanges(from: IntentLeaves, to: IntentLeaves): LeafChange[] {
  const changes: LeafChange[] = [];
  for (const path of new Set([...from.keys(), ...to.keys()])) {
    if (from.get(path) !== to.get(path)) changes.push({ path, from: from.get(path), to: to.get(path) });
  }
  return changes;
}

function collect(value: unknown, path: string, leaves: Map<string, string>, secret: boolean): void {
  if (Array.isArray(value)) {
    if (path.endsWith(".env")) collectEnv(value, path, leaves);
    else collectItems(value, path, leaves, secret);
    return;
  }
  if (!isTree(value)) {
    leaves.set(path, canonicalJson(value));
    return;
  }
  const entries = Object.entries(value).filter(([key, item]) => item != null && !(item === false && switches.has(key)));
  if (entries.length === 0 && path !== "") leaves.set(path, "{}");
  for (const [key, item] of entries) {
    if (secret && path === ".data") leaves.set(`.data.${key}`, '"(set)"');
    else collect(probes.has(key) ? withPortNumber(item, value) : item, `${path}.${key}`, leaves, secret);
  }
}

function collectItems(items: readonly unknown[], path: string, leaves: Map<string, string>, secret: boolean): void {
  for (const [i, item] of items.entries()) {
    // The taint of a cordoned node is put and taken by a controller.
    if (isTree(item) && item["key"] === "node.kubernetes.io/unschedulable") continue;
    collect(item, `${path}[${itemName(item) ?? i}]`, leaves, secret);
  }
}

function collectEnv(items: readonly unknown[], path: string, leaves: Map<string, string>): void {
  for (const item of items) {
    if (!isTree(item)) continue;
    const { name, ...source } = item;
    leaves.set(`${path}[${String(name)}]`, canonicalJson(source));
  }
}

function itemName(item: unknown): string | undefined {
  if (!isTree(item)) return undefined;
  const name = item["name"] ?? item["containerPort"] ?? item["port"] ?? item["key"];
  return name === undefined ? undefined : String(name);
}

/** A probe may name a port of its container. */
function withPortNumber(probe: unknown, container: Tree): unknown {
  if (!isTree(probe)) return probe;
  const ports = Array.isArray(container["ports"]) ? container["ports"].filter(isTree) : [];
  const resolved = Object.entries(probe).map(([key, handler]): [string, unknown] => {
    if (!isTree(handler) || typeof handler["port"] !== "string") return [key, handler];
    const found = ports.find((port) => port["name"] === handler["port"])?.["containerPort"];
    return [key, { ...handler, port: found ?? handler["port"] }];
  });
  return Object.fromEntries(resolved);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
