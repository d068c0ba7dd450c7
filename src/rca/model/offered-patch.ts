import { isRolloutKind } from "../../cluster/workload.ts";
import type { Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { judgeFreePatch } from "../../incident/fix/free-patch.ts";
import { kubectlCommand } from "../../incident/fix/kubectl-command.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { ModelAnswer } from "./answer.ts";
import { sayable } from "./sayable.ts";

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const quantity = /^\d{1,7}(\.\d{1,3})?(m|k|Ki|M|Mi|G|Gi)?$/;
const share = /^\d{1,3}%$/;
const wholeNumber = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 86_400;
const container = "spec.template.spec.(containers|initContainers)";

/**
 * What a model may propose to change: sizes, timings and thresholds, all of them numbers. Narrower than what a person may patch
 * freely: no text that a log line could have suggested (images, commands, variables, addresses) can get into a workload.
 */
const allowed: readonly (readonly [RegExp, (value: unknown) => boolean])[] = [
  [/^spec\.(minReadySeconds|progressDeadlineSeconds)$/, wholeNumber],
  [/^spec\.template\.spec\.terminationGracePeriodSeconds$/, wholeNumber],
  [
    /^spec\.strategy\.rollingUpdate\.(maxSurge|maxUnavailable)$/,
    (value) => wholeNumber(value) || (typeof value === "string" && share.test(value)),
  ],
  [
    new RegExp(`^${container}\\.resources\\.(requests|limits)\\.(cpu|memory|ephemeral-storage)$`),
    (value) => typeof value === "string" && quantity.test(value),
  ],
  [
    new RegExp(
      `^${container}\\.(liveness|readiness|startup)Probe\\.(initialDelaySeconds|periodSeconds|timeoutSeconds|failureThreshold|successThreshold)$`,
    ),
    wholeNumber,
  ],
];
const containerName = new RegExp(`^${container}\\.name$`);
const maxLeaves = 20;
/** A change that nobody has tried and no rule proposes. */
const mostConfidence = 0.3;

function leavesOf(value: unknown, path: string, into: [string, unknown][]): void {
  if (into.length > maxLeaves) return;
  if (Array.isArray(value)) {
    for (const item of value) leavesOf(item, path, into);
    if (value.length === 0) into.push([path, value]);
  } else if (isPlain(value) && Object.keys(value).length > 0) {
    for (const [key, child] of Object.entries(value)) leavesOf(child, path ? `${path}.${key}` : key, into);
  } else into.push([path, value]);
}

/** The patch as data when every value in it is allowed; undefined otherwise. `names` are the containers that exist. */
export function readPatch(kind: string, text: string, names: readonly string[]): Plain | undefined {
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch {
    // Not JSON: there is nothing to offer.
    return undefined;
  }
  if (!isPlain(patch) || !judgeFreePatch(kind, patch).ok) return undefined;
  const leaves: [string, unknown][] = [];
  leavesOf(patch, "", leaves);
  const changes = leaves.filter(([path]) => !containerName.test(path));
  if (changes.length === 0 || leaves.length > maxLeaves) return undefined;
  const fits = leaves.every(([path, value]) =>
    containerName.test(path)
      ? typeof value === "string" && names.includes(value)
      : allowed.some(([pattern, check]) => pattern.test(path) && check(value)),
  );
  return fits ? patch : undefined;
}

export interface PatchInput {
  readonly offered: ModelAnswer["patch"];
  readonly hypotheses: readonly Hypothesis[];
  readonly recommendations: readonly Recommendation[];
  /** Ids of evidence that was shown. */
  readonly cited: (ids: readonly string[]) => readonly string[];
  /** Names of the containers of an object that exists; undefined when it does not. */
  readonly containersOf: (ref: ObjectRef) => readonly string[] | undefined;
  readonly redact: Redact;
}

/**
 * A free-form patch of the model as the last recommendation: of a workload that a hypothesis blames, only of the fields above,
 * with a reason that cites evidence. Always high risk; a person sees the server's own preview of it before anything happens.
 */
export function offeredPatch(input: PatchInput): Recommendation | undefined {
  const { offered, hypotheses, recommendations, redact } = input;
  if (!offered) return undefined;
  const target = makeRef(offered.target.kind, offered.target.namespace ?? undefined, offered.target.name);
  const blamed = hypotheses.find((item) => sameRef(item.culprit, target));
  const names = isRolloutKind(target.kind) ? input.containersOf(target) : undefined;
  const ids = input.cited(offered.evidence);
  const reason = ids.length > 0 ? sayable(offered.reason, redact, { limit: 240 }) : undefined;
  const patch = names && readPatch(target.kind, offered.patch, names);
  if (!blamed || !reason || !patch || !actionParams["free-patch"].safeParse({ patch }).success) return undefined;
  const params = { patch };
  return {
    id: `R${Math.max(0, ...recommendations.map((item) => Number(item.id.slice(1)) || 0)) + 1}`,
    action: "free-patch",
    target,
    cause: blamed.cause,
    params,
    needs: [],
    reason: redact(`Proposed by the model, by no rule: ${reason} (${ids.join(", ")})`),
    confidence: Math.min(mostConfidence, blamed.probability * mostConfidence),
    kubectl: redact(kubectlCommand("free-patch", target, params)),
    risk: "high",
    reversible: true,
  };
}
