import type { PatchOp } from "../../../src/chaos/fields.ts";

/** A JSON Patch applied to plain data: enough of RFC 6902 for what experiments send. */
export function applyOps(object: unknown, ops: readonly PatchOp[] | undefined): unknown {
  if (!ops) throw new Error("nothing to apply it to");
  const root = { "": structuredClone(object) } as Record<string, unknown>;
  for (const { op, path, value } of ops) {
    const steps = path.split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = steps.pop() ?? "";
    let at: unknown = root;
    for (const step of steps) at = (at as Record<string, unknown>)[step];
    if (Array.isArray(at)) {
      if (op === "add") at.splice(last === "-" ? at.length : Number(last), 0, value);
      else if (op === "remove") at.splice(Number(last), 1);
      else at[Number(last)] = value;
    } else {
      const map = at as Record<string, unknown>;
      if (op === "remove") delete map[last];
      else map[last] = value;
    }
  }
  return root[""];
}
