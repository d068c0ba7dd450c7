import type { ObjectRef } from "../../incident/object-ref.ts";
import type { ToolArguments } from "./tools.ts";

/** The command by which a person reads the same lines. */
export function kubectlLogs(
  { kind, namespace, name }: ObjectRef,
  { container, previous, minutes, grep }: ToolArguments<"read_logs">,
): string {
  const of = `${container ? ` -c ${container}` : ""}${previous ? " --previous" : ""}`;
  return `kubectl -n ${namespace} logs ${kind.toLowerCase()}/${name}${of} --since=${minutes}m${grep ? ` | grep -iE ${JSON.stringify(grep)}` : ""}`;
}
