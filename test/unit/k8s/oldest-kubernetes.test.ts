import { expect, test } from "vitest";
import { watchedKinds } from "../../../src/adapters/kubernetes-reader/kinds.ts";
import { chartObjects } from "../../support/helm/chart.ts";
import { manifestObjects, objectsIn } from "../../support/manifests.ts";

/**
 * Group versions that Kubernetes 1.28, the oldest we run on, serves by default, of those that we touch:
 * https://v1-28.docs.kubernetes.io/docs/reference/kubernetes-api/
 */
const servedByOldest = new Set([
  "v1",
  "apps/v1",
  "batch/v1",
  "autoscaling/v2",
  "policy/v1",
  "networking.k8s.io/v1",
  "discovery.k8s.io/v1",
  "storage.k8s.io/v1",
  "rbac.authorization.k8s.io/v1",
]);
/** Of admission, only webhooks; policies came with 1.30 and can be left out. */
const isServed = (apiVersion: string, kind: string) =>
  servedByOldest.has(apiVersion) ||
  (apiVersion === "admissionregistration.k8s.io/v1" && kind.endsWith("WebhookConfiguration"));

test("the reader watches nothing that Kubernetes 1.28 does not serve", () => {
  expect(watchedKinds.filter(({ apiVersion, kind }) => !isServed(apiVersion, kind))).toEqual([]);
});

test("of the chart and the manifests, only the admission policy is newer than Kubernetes 1.28, and it can be left out", () => {
  const newer = (objects: readonly { readonly kind: string; readonly [key: string]: unknown }[]) => [
    ...new Set(objects.filter(({ apiVersion, kind }) => !isServed(String(apiVersion), kind)).map(({ kind }) => kind)),
  ];
  const policies = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];
  const options = {
    postgresql: { enabled: true, password: "a-long-enough-one" },
    rbac: { approverCheck: true, chaos: true },
  };
  expect(newer(manifestObjects()).toSorted()).toEqual(policies);
  expect(newer(chartObjects(options)).toSorted()).toEqual(policies);
  expect(newer(chartObjects({ ...options, admissionPolicy: { enabled: false } }))).toEqual([]);
  expect(newer([...objectsIn("rbac-approver-check.yaml"), ...objectsIn("rbac-chaos.yaml")])).toEqual([]);
});
