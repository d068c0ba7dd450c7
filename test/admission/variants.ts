import type { ReviewedRequest } from "../support/api-server/admission-review.ts";
import { renderChart } from "../support/helm/chart.ts";
import { manifestText } from "../support/manifests.ts";
import type { JudgedRequest } from "./requests.ts";

/** One way in which the policy reaches a cluster. */
export interface Variant {
  readonly name: string;
  /** YAML of the policy and its binding. */
  readonly policy: string;
  /** The request as its actor would make it. */
  by(request: ReviewedRequest): ReviewedRequest;
  /** Whether it is to be allowed; undefined where our own evaluator was not asked about this variant. */
  expected(request: JudgedRequest): boolean | undefined;
}

const template = "admission-policy.yaml";
const own = ({ allowed }: JudgedRequest) => allowed;
const asIs = (request: ReviewedRequest) => request;

/** The manifest, and the chart with every value that changes the policy. */
export function variants(): Variant[] {
  const chart = (values: object, release?: { name: string; namespace: string }): string =>
    renderChart(values as Readonly<Record<string, unknown>>, release)[template] ?? "";
  const fields = [
    "command",
    "args",
    "exec",
    "secrets",
    "volumes",
    "accounts",
    "lifecycle",
    "loaders",
    "annotations",
    "labels",
  ];
  return [
    { name: "k8s/admission.yaml", policy: manifestText("admission.yaml"), by: asIs, expected: own },
    { name: "chart", policy: chart({}), by: asIs, expected: own },
    { name: "chart, v1beta1", policy: chart({ admissionPolicy: { version: "v1beta1" } }), by: asIs, expected: own },
    {
      name: "chart, another release in another namespace",
      policy: chart({}, { name: "second", namespace: "tools" }),
      by: (request) => ({
        ...request,
        userInfo: { ...request.userInfo, username: "system:serviceaccount:tools:second-actor" },
      }),
      // `kubemend` is nobody's namespace there, and its roles are others'.
      expected: ({ allowed, request }) => (JSON.stringify(request).includes('"kubemend') ? undefined : allowed),
    },
    {
      name: "chart, shop protected",
      policy: chart({ admissionPolicy: { protectedNamespaces: ["shop"] } }),
      by: asIs,
      expected: ({ allowed, request }) => (request.namespace === "shop" ? undefined : allowed),
    },
    {
      name: "chart, images of Jobs of another registry",
      policy: chart({ admissionPolicy: { jobImages: ["registry.elsewhere/shop/"] } }),
      by: asIs,
      // Those that are hostile are denied for this reason as well, and which one is told first is not asked.
      expected: ({ allowed, request }) => {
        if (request.operation !== "CREATE" || request.resource.resource !== "jobs") return allowed;
        return allowed ? false : undefined;
      },
    },
    {
      name: "chart, fields opened",
      policy: chart({ admissionPolicy: { fields } }),
      by: asIs,
      // What is legitimate stays so; of the hostile writes, some are what was opened.
      expected: ({ allowed }) => allowed || undefined,
    },
  ];
}
