import { existsSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { inputError, messageOf } from "../lib/app-error.ts";

export interface KubernetesPlace {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * Which cluster to talk to: the named file, else KUBECONFIG, ~/.kube/config or the pod's ServiceAccount.
 * @throws AppError (exit code 2) when there is none or the context does not exist.
 */
export function loadKubeConfig(place: KubernetesPlace): KubeConfig {
  const config = new KubeConfig();
  try {
    if (place.kubeconfig) {
      if (!existsSync(place.kubeconfig)) throw new Error("no such file");
      config.loadFromFile(place.kubeconfig);
    } else config.loadFromDefault();
  } catch (cause) {
    throw inputError(
      "kubeconfig",
      `The kubeconfig ${place.kubeconfig ?? "(KUBECONFIG, ~/.kube/config)"} cannot be read: ${messageOf(cause, 160)}.`,
      "Give a readable file with --kubeconfig.",
      cause,
    );
  }
  if (place.context) {
    const names = config.getContexts().map((context) => context.name);
    if (!names.includes(place.context)) {
      throw inputError(
        "kubeconfig-context",
        `The kubeconfig has no context ${place.context}.`,
        `Set kubernetes.context to one of: ${names.join(", ") || "(there is none)"}.`,
      );
    }
    config.setCurrentContext(place.context);
  }
  // Without any file the library makes up localhost:8080, which is nobody's cluster today.
  const server = config.getCurrentCluster()?.server;
  if (!server || (config.getCurrentContext() === "loaded-context" && server === "http://localhost:8080")) {
    throw inputError(
      "no-cluster",
      "There is no cluster to watch: no kubeconfig, and this is not a pod.",
      "Give one with --kubeconfig; kubemend demo needs none.",
    );
  }
  return config;
}
