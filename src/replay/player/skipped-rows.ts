import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Row } from "./timeline.ts";

/**
 * A fix may come earlier than the recorded one, then the stretch between the two did not happen. Yet what was created or
 * deleted in it must be there or gone for the rest to make sense. Of objects that the rest changes anyway nothing is
 * needed, of all others their last state; events, log lines, and what came and went in between are left out.
 */
export function skippedRows(skipped: readonly Row[], rest: readonly Row[]): Row[] {
  const changedLater = new Set(
    rest.flatMap((row) => (row.kind === "object" && row.change !== "DELETED" ? [idOf(row.object)] : [])),
  );
  const last = new Map<string, Row>();
  const added = new Set<string>();
  for (const row of skipped) {
    if (row.kind !== "object") continue;
    const id = idOf(row.object);
    if (row.change === "ADDED") added.add(id);
    if (row.change === "DELETED" && added.has(id)) last.delete(id);
    else if (row.change === "DELETED" || added.has(id) || !changedLater.has(id)) last.set(id, row);
  }
  return [...last.values()];
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ""}/${metadata.name}/${metadata.uid}`;
}
