import { AuthorizationV1Api, VersionApi } from "@kubernetes/client-node";
import { type KubernetesPlace, loadKubeConfig } from "../../adapters/kubernetes-config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, ok } from "./check.ts";

/** What watching needs at least, with what is lost without it. */
const reads: readonly { verb: string; group: string; resource: string; subresource?: string; lost: string }[] = [
  { verb: "list", group: "", resource: "pods", lost: "everything" },
  { verb: "list", group: "", resource: "events", lost: "reasons of failures" },
  { verb: "list", group: "apps", resource: "deployments", lost: "rollouts" },
  { verb: "get", group: "", resource: "pods", subresource: "log", lost: "logs" },
  { verb: "get", group: "", resource: "pods", subresource: "proxy", lost: "application metrics" },
  { verb: "get", group: "", resource: "nodes", subresource: "proxy", lost: "CPU and memory of containers" },
];

/** The first minor version of Kubernetes 1 that serves every group version kubemend reads and writes (docs/install.md). */
const oldestMinor = 28;

const isTooOld = (gitVersion: string): boolean => {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return major === "1" && Number(minor) < oldestMinor;
};

export function kubernetesCheck(
  place: KubernetesPlace & { readonly namespaces: readonly string[]; readonly scraping: boolean },
): Check {
  return {
    name: "Kubernetes",
    async run() {
      try {
        const config = loadKubeConfig(place);
        const deadline = new Promise<never>((_, fail) =>
          setTimeout(() => fail(new Error(`no answer within ${checkDeadlineMs / 1000} s`)), checkDeadlineMs).unref(),
        );
        const { gitVersion } = await Promise.race([config.makeApiClient(VersionApi).getCode(), deadline]);
        const reviews = config.makeApiClient(AuthorizationV1Api);
        const refused: string[] = [];
        // With a Prometheus nobody asks kubelets and pods for their metrics.
        for (const { lost, ...attributes } of reads.filter((read) => place.scraping || read.subresource !== "proxy")) {
          const namespace = place.namespaces[0];
          const review = await reviews.createSelfSubjectAccessReview({
            body: {
              apiVersion: "authorization.k8s.io/v1",
              kind: "SelfSubjectAccessReview",
              spec: {
                resourceAttributes: {
                  ...attributes,
                  ...(namespace && attributes.resource !== "nodes" ? { namespace } : {}),
                },
              },
            },
          });
          if (!review.status?.allowed)
            refused.push(
              `${attributes.verb} ${attributes.resource}${attributes.subresource ? `/${attributes.subresource}` : ""} (${lost})`,
            );
        }
        const server = config.getCurrentCluster()?.server ?? "";
        if (refused.length > 0)
          return failed(
            `${server} does not allow ${refused.join(", ")}`,
            "Grant the reader role to this identity: kubectl apply -k k8s/ makes it.",
          );
        if (isTooOld(gitVersion))
          return failed(
            `${gitVersion} at ${server}, which does not serve everything that kubemend reads and writes`,
            `Use Kubernetes 1.${oldestMinor} or later. kubemend starts all the same, and leaves out what is not served.`,
          );
        return ok(`${gitVersion} at ${server}`);
      } catch (error) {
        const remedy = error instanceof AppError ? error.remedy : undefined;
        return failed(
          messageOf(error, 200),
          remedy ?? "Check with kubectl version that the cluster answers with this kubeconfig.",
        );
      }
    },
  };
}
