import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { ApiObject } from "../../src/replay/api/json.ts";
import type { ObjectTable } from "../../src/replay/api/object-table.ts";

const folder = join(import.meta.dirname, "../../k8s");

export interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly files: readonly string[];
  }[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}

export function manifestPath(name: string): string {
  return join(folder, name);
}

export function manifestText(name: string): string {
  return readFileSync(manifestPath(name), "utf8");
}

/** Names of the YAML files in k8s/. */
export function manifestFiles(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".yaml"));
}

export function kustomization(): Kustomization {
  return parse(manifestText("kustomization.yaml")) as Kustomization;
}

/** The objects of one file. @throws on any error or warning of YAML, doubled keys included */
export function objectsIn(name: string): ApiObject[] {
  return parseAllDocuments(manifestText(name)).map((document) => {
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem) throw problem;
    return document.toJS() as ApiObject;
  });
}

/** Everything `kubectl apply -k` creates but the generated ConfigMap, in the order of the kustomization. */
export function manifestObjects(): ApiObject[] {
  return kustomization().resources.flatMap(objectsIn);
}

/** Puts the committed roles and bindings into an API server's table. */
export function grantRoles(table: ObjectTable): void {
  for (const object of objectsIn("rbac.yaml")) table.apply({ type: "ADDED", object });
}
