import { digestOf } from "../lib/stable-hash.ts";
import { isKind, type KubeObject } from "./kubernetes-types.ts";
import { configHashes } from "./light-config.ts";

// Status, resourceVersion and what controllers write into annotations on their own are not intent.
const noisyAnnotations = new Set([
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
]);

/** A digest of what people or controllers ask of an object; equal while nobody has asked for anything else. */
export function intentOf(object: KubeObject): string {
  const {
    status: _status,
    metadata,
    ...rest
  } = (
    isKind(object, "ConfigMap")
      ? { ...object, data: configHashes(object), binaryData: undefined, cut: undefined }
      : object
  ) as KubeObject & Record<string, unknown>;
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) => !noisyAnnotations.has(key)),
  );
  return digestOf({
    ...rest,
    // Values of Secrets are never read, so the version is the only sign that one was changed.
    ...(object.kind === "Secret" ? { resourceVersion: metadata.resourceVersion } : {}),
    metadata: { labels: metadata.labels ?? {}, annotations, deletionTimestamp: metadata.deletionTimestamp },
  });
}
