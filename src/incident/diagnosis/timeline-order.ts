/**
 * Orders what happened by whole seconds and leaves what happened within one as it is: what Kubernetes says of a pod has no
 * finer times (metav1.Time), so that a symptom would else stand before the change of the same second that brought it about.
 */
export function bySecond(a: { readonly at: number }, b: { readonly at: number }): number {
  return Math.floor(a.at / 1_000) - Math.floor(b.at / 1_000);
}
