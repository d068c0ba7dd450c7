import type { TopologyRisk } from "../../detection/hygiene/topology-risk.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Severity } from "../../incident/severity.ts";

/** Times are RFC 3339. The contract of `kubemend analyze --json`. */
export interface AnalysedIncident {
  readonly id: string;
  readonly openedAt: string;
  readonly onset: string;
  readonly severity: Severity;
  readonly title: string;
  readonly target: ObjectRef;
  readonly affected: readonly ObjectRef[];
  readonly anomalies: readonly (Omit<Anomaly, "startsAt" | "endsAt" | "detectedAt"> & {
    readonly startsAt: string;
    readonly detectedAt: string;
    readonly endsAt?: string;
  })[];
  readonly diagnosis: {
    readonly by: string;
    readonly summary: string;
    readonly inconclusive: boolean;
    readonly hypotheses: readonly Hypothesis[];
    readonly ruledOut: readonly { readonly cause: string; readonly culprit: ObjectRef; readonly reason: string }[];
    readonly blastRadius: readonly ObjectRef[];
    /** Why the first cause is as sure as it is. */
    readonly confidenceReason: string;
    /** What would decide, when it is inconclusive. */
    readonly questions: readonly string[];
    /** Evidence ids of the owner's runbooks that fit. */
    readonly runbooks: readonly string[];
  };
  readonly recommendations: readonly {
    readonly action: string;
    readonly target: ObjectRef;
    readonly params: Readonly<Record<string, unknown>>;
    readonly needs: readonly { readonly name: string; readonly why: string }[];
    readonly confidence: number;
    readonly reason: string;
    /** Why it stands where it does, before a likelier one or against another cause; absent where the confidence tells it. */
    readonly place?: string;
    readonly kubectl: string;
  }[];
  readonly evidence: readonly {
    readonly id: string;
    readonly source: string;
    readonly about: ObjectRef;
    readonly query: string;
    readonly status: string;
    readonly text: string;
    readonly at: string;
  }[];
  readonly resolvedAt?: string;
  /** The incident that it turned out to be a part of; absent for what stands by itself. */
  readonly mergedInto?: string;
}

export interface AnalysisResult {
  readonly incidents: readonly AnalysedIncident[];
  /** Weak spots of the layout as of the end, worst first; none of them is an incident. */
  readonly risks: readonly TopologyRisk[];
  readonly stats: {
    readonly ticks: number;
    readonly series: number;
    readonly logLines: number;
    readonly wallMs: number;
  };
}
