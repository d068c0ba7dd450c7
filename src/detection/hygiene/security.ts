import type { Container, PodSpec } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { type HygieneCheck, type HygieneFinding, ourWorkloads } from "./finding.ts";

/** Capabilities that are as good as root on the node (capabilities(7)). */
const mighty = new Set(["ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN", "BPF", "DAC_READ_SEARCH"]);

type Fault = Pick<HygieneFinding, "code" | "text" | "advice">;

function* ofContainer(pod: PodSpec, { name, securityContext }: Container): Iterable<Fault> {
  const own = securityContext ?? {};
  if (own.privileged) {
    yield {
      code: "privileged",
      text: `container ${name} is privileged: whoever breaks into it has the node`,
      advice: "Give it the capabilities it needs instead.",
    };
    return;
  }
  const added = (own.capabilities?.add ?? []).map((one) => one.replace(/^CAP_/, "")).filter((one) => mighty.has(one));
  if (added.length > 0) {
    yield {
      code: "mighty-capabilities",
      text: `container ${name} adds the capabilities ${added.join(", ")}`,
      advice: "Drop what it does not need.",
    };
  }
  const user = own.runAsUser ?? pod.securityContext?.runAsUser;
  if (user === 0 && (own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) !== true) {
    yield {
      code: "runs-as-root",
      text: `container ${name} is told to run as root`,
      advice: "Set runAsNonRoot to true and runAsUser to another user.",
    };
  }
}

function* ofPod(spec: PodSpec): Iterable<Fault> {
  const shared = (
    [
      ["hostNetwork", "network"],
      ["hostPID", "processes"],
      ["hostIPC", "shared memory"],
    ] as const
  ).filter(([field]) => spec[field] === true);
  if (shared.length > 0) {
    yield {
      code: "host-namespaces",
      text: `its pods share the ${shared.map(([, what]) => what).join(" and ")} of their node`,
      advice: `Remove ${shared.map(([field]) => field).join(", ")}.`,
    };
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) yield* ofContainer(spec, container);
}

/** What the pods of a workload may do beyond what an application needs. Explicit settings only: defaults are the image's. */
export const security: HygieneCheck = function* (observation) {
  for (const workload of ourWorkloads(observation)) {
    const spec = podSpecOf(workload);
    // Agents on every node look after the node.
    if (!spec || workload.kind === "DaemonSet") continue;
    const target = refOf(workload);
    for (const { code, text, advice } of ofPod(spec)) {
      yield { code, target, level: "risk", text: `${workload.kind} ${target.name}: ${text}`, advice };
    }
  }
};
