import type { Person } from "./approval.ts";
import { type ObjectRef, refText } from "./object-ref.ts";

/** What a silence is about. Every part that is given must match; one without any part matches everything. */
export interface SilenceMatcher {
  readonly namespace?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly detector?: string;
}

/** What a person asks for. A start in the future makes it a maintenance window. */
export interface SilenceRequest {
  readonly matcher: SilenceMatcher;
  readonly startsInMs: number;
  readonly durationMs: number;
  readonly reason: string;
  /** When it was asked for (ms), where times of the clock were named: they stay where they are, however late somebody agrees. */
  readonly askedAt?: number;
}

/** A silence or a maintenance window as stored; times in ms by the clock of the cluster that is watched. */
export interface StoredSilence {
  readonly id: string;
  readonly cluster: string;
  readonly matcher: SilenceMatcher;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly by: Person;
  readonly createdAt: number;
  /** Somebody ended it before its time. */
  readonly endedAt?: number;
}

/** Longer silences are forgotten ones. */
export const longestSilenceMs = 30 * 86_400_000;
/** A silence is announced as ending when less than this is left. */
export const endsSoonMs = 15 * 60_000;

/**
 * By equality, without patterns. A matcher with a namespace does not match an object outside all namespaces, nor the
 * Namespace itself.
 */
export function silenceMatches(
  { namespace, kind, name, detector }: SilenceMatcher,
  anomaly: { readonly target: ObjectRef; readonly detector: string },
): boolean {
  const { target } = anomaly;
  return (
    (namespace === undefined || namespace === target.namespace) &&
    (kind === undefined || kind === target.kind) &&
    (name === undefined || name === target.name) &&
    (detector === undefined || detector === anomaly.detector)
  );
}

/** Kinds whose objects are in no namespace: their name alone tells one of them. */
const inNoNamespace: ReadonlySet<string> = new Set(
  "Node Namespace Cluster Entity Metric IngressClass StorageClass PersistentVolume WebhookConfiguration ValidatingWebhookConfiguration MutatingWebhookConfiguration".split(
    " ",
  ),
);

/** Whether it is about one thing by its name. A name without its namespace is that of as many as there are namespaces. */
export function isOneObject({ namespace, kind, name }: SilenceMatcher): boolean {
  return name !== undefined && (namespace !== undefined || (kind !== undefined && inNoNamespace.has(kind)));
}

/** For people: `Deployment shop/carts`, `everything in shop`, `detector log-error-burst`. */
export function matcherText({ namespace, kind, name, detector }: SilenceMatcher): string {
  const from = detector === undefined ? "" : `detector ${detector}`;
  if (name === undefined && namespace === undefined && kind === undefined) return from || "everything";
  const what =
    name === undefined
      ? `${kind === undefined ? "everything" : `every ${kind}`}${namespace === undefined ? "" : ` in ${namespace}`}`
      : kind === undefined
        ? `${namespace === undefined ? "" : `${namespace}/`}${name}`
        : refText({ kind, namespace, name });
  return from ? `${what}, ${from}` : what;
}
