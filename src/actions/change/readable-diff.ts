import { stringify } from "yaml";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { makeRef, refText } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { intentOf } from "./intent.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** A message or a modal cannot show more; what is cut is said. */
const maxChars = 12_000;

function readableYaml(object: KubeObject | undefined): string {
  return object ? stringify(intentOf(object), { lineWidth: 0, sortMapEntries: true }) : "";
}

/**
 * What changes of an object, as a unified diff of its YAML without status and bookkeeping. The values of a Secret are
 * never shown, not even to be redacted later.
 */
export function readableDiff(before: KubeObject | undefined, after: KubeObject | undefined): string {
  const object = after ?? before;
  if (!object) return "";
  const name = refText(makeRef(object.kind, object.metadata.namespace, object.metadata.name));
  if (object.kind === "Secret") return `--- ${name}\n(the content of a Secret is not shown)`;
  const diff = unifiedDiff(readableYaml(before), readableYaml(after));
  const full = `--- ${name}${before ? "" : " (does not exist)"}\n+++ ${name}${after ? "" : " (deleted)"}\n${diff}`;
  if (full.length <= maxChars) return full;
  // It is redacted afterwards: of half a secret nobody could tell that it is one.
  const shown = untilToken(full, maxChars);
  return `${shown}\n… ${full.length - shown.length} more characters`;
}
