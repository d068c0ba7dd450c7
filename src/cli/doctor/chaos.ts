import { sendRequest } from "../../adapters/kubernetes-api/send.ts";
import { loadKubeConfig } from "../../adapters/kubernetes-config.ts";
import type { Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { type Check, type CheckResult, checkDeadlineMs, failed, off, ok } from "./check.ts";
import { askRight, refusal, type Send } from "./kubernetes.ts";

const grant = "Give it the role of k8s/rbac-chaos.yaml (rbac.chaos in the chart).";

async function ask(place: Config["chaos"], signal?: AbortSignal): Promise<CheckResult> {
  const config = loadKubeConfig(place);
  const server = config.getCurrentCluster()?.server ?? "";
  const send: Send = (request) => sendRequest(config, request, checkDeadlineMs, signal);
  // Every experiment begins with it: whether the owner of a namespace allows any there.
  const review = await askRight(send, { verb: "get", group: "", resource: "namespaces" });
  if (review.type === "unanswered") return refusal(server, review.reply);
  return review.allowed
    ? ok(`${server} answers the identity of experiments`)
    : failed(`${server} does not allow the identity of experiments to get namespaces`, grant);
}

/** Tries the identity that `kubemend chaos` has for itself. Nothing in the cluster is read or written. */
export function chaosCheck({ chaos, kubernetes }: Pick<Config, "chaos" | "kubernetes">): Check {
  return {
    name: "Experiments",
    async run(signal) {
      if (!chaos.kubeconfig && !chaos.context)
        return off(
          chaos.people.length > 0
            ? "kubemend chaos serve, in a process of its own, has its identity from where it runs"
            : "no identity of their own is set",
          "Set chaos.kubeconfig or chaos.context where kubemend chaos is to run from here (docs/chaos.md).",
        );
      try {
        return await ask(
          {
            ...chaos,
            kubeconfig: chaos.kubeconfig ?? kubernetes.kubeconfig,
            context: chaos.context ?? kubernetes.context,
          },
          signal,
        );
      } catch (error) {
        const remedy = error instanceof AppError ? error.remedy : undefined;
        return failed(messageOf(error, 300), remedy ?? "Look at chaos.kubeconfig and chaos.context.");
      }
    },
  };
}
