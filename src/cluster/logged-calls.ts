import { type ObjectRef, sameRef } from "../incident/object-ref.ts";
import { hostsInFailure } from "./host-names.ts";
import { farSideOf } from "./named-clients.ts";
import type { Observation } from "./observation.ts";
import type { Topology } from "./topology.ts";

/** Pods that are read, and lines of each; they show what the others write as well. */
const maxPods = 5;
const maxLines = 1_000;
/** So many complaints show that the workload says so when a call fails. */
const tellingComplaints = 3;
/** Faults of a program's own code, in the words of common runtimes. */
const exception =
  /\b(?:Type|Reference|Range|Assertion|Index|Attribute|Value|Key|ZeroDivision)Error\b|NullPointerException|IllegalStateException|ClassCastException|IndexOutOfBounds|\bpanic: runtime|nil pointer|Traceback \(most recent|segmentation fault/;

/** What a workload's own log says of its calls. */
export interface LoggedCalls {
  /** Complaints about calls to these others, per second; undefined while it is not known to complain of failing calls at all. */
  readonly complaintsPerSecond: number | undefined;
  /** Errors of its own code of which the line blames nobody, per second. */
  readonly exceptionsPerSecond: number;
}

interface Measured {
  readonly now: number;
  readonly observation: Observation;
  readonly topology: Topology;
}

/** Counts in the log of a workload since then (ms) what speaks of failing calls to `others`, and what speaks of its own code. */
export function loggedCalls(
  workload: ObjectRef,
  others: readonly ObjectRef[],
  since: number,
  { now, observation, topology }: Measured,
): LoggedCalls {
  const namespace = workload.namespace ?? "";
  let any = 0;
  let complaints = 0;
  let exceptions = 0;
  let from = since;
  for (const pod of topology.podNamesOf(workload).slice(0, maxPods)) {
    const all = observation.logs.lines({ namespace, pod, from: since, to: now });
    const lines = all.slice(-maxLines);
    // What was written before the oldest line that is read cannot be counted.
    if (lines.length < all.length) from = Math.max(from, lines[0]?.at ?? since);
    for (const { line } of lines) {
      const named = hostsInFailure(line).flatMap((host) => farSideOf(host, workload, topology).workloads);
      if (named.some((ref) => !sameRef(ref, workload))) {
        any++;
        if (named.some((ref) => others.some((other) => sameRef(ref, other)))) complaints++;
      } else if (exception.test(line)) exceptions++;
    }
  }
  const seconds = Math.max(1, (now - from) / 1_000);
  return {
    complaintsPerSecond: any >= tellingComplaints ? complaints / seconds : undefined,
    exceptionsPerSecond: exceptions / seconds,
  };
}
