import { expect, test } from "vitest";
import { apiTime, nodeOf } from "../../../support/cluster-work.ts";
import { minute, old, open, titles } from "../../../support/everyday.ts";

/** Titles two minutes after a node has got this condition beside being ready. */
function told(type: string, status: string, joinedAt = old): readonly string[] {
  const world = open();
  world.put(nodeOf("node-1", { at: joinedAt }));
  world.run(minute);
  const node = nodeOf("node-1", { at: joinedAt });
  const { conditions } = node.status as { conditions: object[] };
  conditions.push({ type, status, reason: "Told", message: "task hung", lastTransitionTime: apiTime(world.now()) });
  world.put(node);
  world.run(2 * minute);
  return titles(world);
}

test.each([
  // node-problem-detector, as it comes and as AKS and TKE set it up.
  ["KernelDeadlock", "True", "Node node-1 has a kernel that hangs"],
  ["ReadonlyFilesystem", "True", "Node node-1 has a file system that cannot be written"],
  ["CorruptDockerOverlay2", "True", "Node node-1 reports CorruptDockerOverlay2"],
  ["FrequentContainerdRestart", "True", "Node node-1 reports FrequentContainerdRestart"],
  ["ContainerRuntimeProblem", "True", "Node node-1 has a container runtime that is not well"],
  ["FDPressure", "True", "Node node-1 reports FDPressure"],
  ["GPUMissing", "True", "Node node-1 reports GPUMissing"],
  // The agent of EKS.
  ["NetworkingReady", "False", "Node node-1 has trouble in its network"],
  ["AcceleratedHardwareReady", "False", "Node node-1 has trouble with its accelerators"],
])("%s %s is told", (type, status, title) => expect(told(type, status)).toEqual([title]));

test.each([
  ["KernelDeadlock", "False"],
  ["KernelDeadlock", "Unknown"],
  ["NetworkingReady", "True"],
  ["NetworkingReady", "Unknown"],
  // k3s and RKE2 say which nodes vote, GKE which settings were changed, AKS what its cloud has planned.
  ["EtcdIsVoter", "True"],
  ["EtcdIsVoter", "False"],
  ["SysctlChanged", "True"],
  ["VMEventScheduled", "True"],
])("%s %s is no trouble", (type, status) => expect(told(type, status)).toEqual([]));

test("a node that joins has an agent that is not well yet", () => {
  expect(told("NetworkingReady", "False", Date.parse("2026-11-20T12:00:00Z"))).toEqual([]);
});
