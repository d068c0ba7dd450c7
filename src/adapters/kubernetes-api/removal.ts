/** On which object a removal insists, and whether it is only tried. */
export interface RemovalGuard {
  readonly uid?: string | undefined;
  /** The very version of it; absent: whichever it has. */
  readonly resourceVersion?: string | undefined;
  readonly dryRun: boolean;
}

const guarded = ({ uid, resourceVersion, dryRun }: RemovalGuard) => ({
  ...(uid ? { preconditions: { uid, ...(resourceVersion ? { resourceVersion } : {}) } } : {}),
  ...(dryRun ? { dryRun: ["All"] } : {}),
});

/** The body of a DELETE. With a body the API ignores the query: `dryRun` there alone would really delete. */
export function deleteOptions(propagation: "Background" | "Foreground", guard: RemovalGuard): object {
  return { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: propagation, ...guarded(guard) };
}

/** The body of a POST to a pod's `eviction`, which respects disruption budgets. */
export function eviction(pod: { readonly name: string; readonly namespace?: string | undefined }, guard: RemovalGuard) {
  const { name, namespace } = pod;
  return {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name, namespace },
    deleteOptions: guarded(guard),
  };
}
