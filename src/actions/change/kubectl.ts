import type { WriteStep } from "../../incident/fix/action-plan.ts";

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Tests only guard; whoever types the command has looked. */
function withoutTests(body: unknown): unknown {
  return Array.isArray(body) ? body.filter((op: { op?: unknown }) => op.op !== "test") : body;
}

/** The kubectl command that makes the same request as a step. */
export function kubectlOfStep(step: WriteStep): string {
  const { kind, namespace, name } = step.target;
  const base = `kubectl${namespace ? ` -n ${namespace}` : ""}`;
  const object = `${kind.toLowerCase()}/${name}`;
  switch (step.type) {
    case "patch": {
      if (step.subresource === "scale") {
        const replicas = (step.body as { spec?: { replicas?: number } }).spec?.replicas;
        return `${base} scale ${object} --replicas=${String(replicas)}`;
      }
      const type = step.patchType === "strategic-merge" ? "strategic" : step.patchType;
      return `${base} patch ${object} --type=${type} -p ${quote(JSON.stringify(withoutTests(step.body)))}`;
    }
    case "delete":
      return `${base} delete ${object} --cascade=${step.propagation.toLowerCase()}`;
    case "evict": {
      // kubectl evicts only whole nodes; a pod is evicted by the request itself.
      const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
      return `echo ${quote(JSON.stringify(body))} | ${base} create --raw /api/v1/namespaces/${namespace ?? "default"}/pods/${name}/eviction -f -`;
    }
    case "create":
      return `echo ${quote(JSON.stringify(step.body))} | ${base} create -f -`;
    case "http":
      return `${base} create --raw /api/v1/namespaces/${namespace ?? "default"}/pods/${name}:${step.port}/proxy${step.path} -f /dev/null`;
  }
}
