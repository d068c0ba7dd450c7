import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { resourceOfKind } from "../../src/replay/api/registry.ts";
import type { Manifest } from "./cluster-api.ts";

const folder = join(import.meta.dirname, "../../k8s/samples/sock-shop");

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images: readonly { readonly name: string }[];
}

/** The sample shop as `kubectl apply -k` would make it, in a namespace of the suite's and with the image it was given. */
export function sampleShop(namespace: string, image: string): readonly Manifest[] {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const kustomization = parse(read("kustomization.yaml")) as Kustomization;
  const names = new Set(kustomization.images.map(({ name }) => name));
  const withImage = (object: unknown): unknown =>
    JSON.parse(JSON.stringify(object), (key, value: unknown) =>
      key === "image" && typeof value === "string" && names.has(value.split(":")[0] ?? "") ? image : value,
    );
  const programs = kustomization.configMapGenerator.map(({ name, files }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: Object.fromEntries(files.map((file) => [basename(file), read(file)])),
  }));
  const written = kustomization.resources.flatMap((file) =>
    parseAllDocuments(read(file)).map((document) => document.toJS() as Manifest),
  );
  return [...written, ...programs].map((one) => {
    const object = withImage(one) as Manifest;
    if (object.kind === "Namespace") return { ...object, metadata: { ...object.metadata, name: namespace } };
    const namespaced = resourceOfKind(object.apiVersion, object.kind)?.namespaced ?? true;
    return namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
  });
}
