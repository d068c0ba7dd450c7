import type { Severity } from "../incident/severity.ts";
import { own } from "../lib/own.ts";

export interface NodeTrouble {
  readonly headline: string;
  readonly severity: Severity;
  /** How long it must have been so (ms). */
  readonly holdMs: number;
}

const headlines: Readonly<Record<string, string>> = {
  MemoryPressure: "is short of memory",
  DiskPressure: "is short of disk space",
  PIDPressure: "is short of process ids",
  NetworkUnavailable: "has no network",
  ReadonlyFilesystem: "has a file system that cannot be written",
  FilesystemCorruptionProblem: "has a damaged file system",
  KernelDeadlock: "has a kernel that hangs",
  KubeletProblem: "has a kubelet that is not well",
  KubeletUnhealthy: "has a kubelet that is not well",
  ContainerRuntimeProblem: "has a container runtime that is not well",
  ContainerRuntimeUnhealthy: "has a container runtime that is not well",
  KernelReady: "has trouble in its kernel",
  NetworkingReady: "has trouble in its network",
  StorageReady: "has trouble with its storage",
  ContainerRuntimeReady: "has trouble with its container runtime",
  AcceleratedHardwareReady: "has trouble with its accelerators",
};

/** The kubelet's own, which it takes back itself. */
const ofKubelet: ReadonlySet<string> = new Set(["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"]);
/**
 * How node-problem-detector and those who configure it name what is wrong when it is True. Others announce or describe:
 * VMEventScheduled, EtcdIsVoter, SysctlChanged.
 */
const wrongWhenTrue =
  /(?:Pressure|Deadlock|Problem|Unhealthy|Corruption|Hung|Fatal|Missing|Inactive|Errors|Flapping)$|^(?:ReadonlyFilesystem|Corrupt\w+|Frequent\w+)$/;
/** Agents of clouds say what is well, and False when it is not. */
const wrongWhenFalse = /(?:Ready|Healthy)$/;
/** A daemon that restarts with its node looks as bad for a moment. */
const holdMs = 30_000;

/** What a condition of a node, other than Ready, says that is wrong; undefined when it says nothing of the kind. */
export function nodeTrouble(type: string, status: string): NodeTrouble | undefined {
  const isWrong =
    status === "True"
      ? ofKubelet.has(type) || wrongWhenTrue.test(type)
      : status === "False" && wrongWhenFalse.test(type);
  if (!isWrong) return undefined;
  return {
    headline: own(headlines, type) ?? `reports ${status === "True" ? type : `that it is not ${type}`}`,
    severity: type.startsWith("Frequent") ? "medium" : "high",
    holdMs: ofKubelet.has(type) ? 0 : holdMs,
  };
}
