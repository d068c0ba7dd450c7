import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { KubeConfig } from "@kubernetes/client-node";
import { type AppError, inputError } from "../lib/app-error.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { boundExecPlugins } from "./exec-credentials.ts";

const madeUp = "loaded-context";

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
      // No shell has been at what stands in a file of settings.
      const path = place.kubeconfig.replace(/^~(?=\/)/, homedir());
      if (!existsSync(path)) throw new Error("no such file");
      config.loadFromFile(path);
    } else config.loadFromDefault();
  } catch (cause) {
    throw inputError(
      "kubeconfig",
      `The kubeconfig ${nameOf(place)} cannot be read: ${whyRefused(cause)}.`,
      "Give a readable file with --kubeconfig.",
      cause,
    );
  }
  if (place.context) {
    const names = contextsOf(config);
    if (!names.includes(place.context)) {
      throw inputError(
        "kubeconfig-context",
        `The kubeconfig has no context ${place.context}.`,
        `Choose one with --context, or kubernetes.context: ${names.slice(0, 20).join(", ") || "(there is none)"}.`,
      );
    }
    config.setCurrentContext(place.context);
  }
  // Without any file the library makes up localhost:8080, which is nobody's cluster today.
  const server = config.getCurrentCluster()?.server;
  if (server && isAddress(server) && !(config.getCurrentContext() === madeUp && server === "http://localhost:8080")) {
    boundExecPlugins(config);
    return config;
  }
  if (place.kubeconfig || process.env["KUBECONFIG"] || contextsOf(config).length > 0) throw noContext(place, config);
  throw inputError(
    "no-cluster",
    "There is no cluster to watch: no kubeconfig, and this is not a pod.",
    "Give one with --kubeconfig; kubemend demo needs none.",
  );
}

/** Names of the contexts, but for the one that the library makes up. */
const contextsOf = (config: KubeConfig): string[] =>
  config
    .getContexts()
    .map(({ name }) => name)
    .filter((name) => name !== madeUp);

const isAddress = (server: string): boolean => /^https?:/.test(server) && URL.canParse(server);

const nameOf = ({ kubeconfig }: KubernetesPlace): string => kubeconfig ?? "(KUBECONFIG, ~/.kube/config)";

/** There is a file, and it does not say which cluster. */
function noContext(place: KubernetesPlace, config: KubeConfig): AppError {
  const current = config.getCurrentContext();
  const names = contextsOf(config);
  const server = config.getCurrentCluster()?.server;
  const why =
    names.length === 0
      ? "it has no contexts and may be no kubeconfig"
      : config.getContextObject(current) === null
        ? `its current-context ${current ? `${current} is not one of its contexts` : "is not set"}`
        : server
          ? `its context ${current} has the address ${server}, which does not begin with https://`
          : `its context ${current} has no cluster with an address`;
  return inputError(
    "kubeconfig-cluster",
    `The kubeconfig ${nameOf(place)} names no cluster: ${why}.`,
    names.length === 0
      ? "Give another with --kubeconfig."
      : `Choose a context with --context, or kubernetes.context: ${names.slice(0, 20).join(", ")}.`,
  );
}
