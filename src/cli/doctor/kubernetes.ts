import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { type ApiReply, type ApiRequest, sendRequest } from "../../adapters/kubernetes-api/send.ts";
import { type KubernetesPlace, loadKubeConfig } from "../../adapters/kubernetes-config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { refusalWords } from "../../lib/why-refused.ts";
import { type Check, type CheckResult, checkDeadlineMs, failed, ok } from "./check.ts";
import { isCertificateCode } from "./no-answer.ts";
import { servedBy } from "./served.ts";

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

/** The first that has ValidatingAdmissionPolicy in v1. */
const policyMinor = 30;

const versionShape = z.object({ gitVersion: z.string() });
const reviewShape = z.object({ status: z.object({ allowed: z.boolean() }) });
const statusShape = z.object({ message: z.string() });

const isTooOld = (gitVersion: string): boolean => {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return major === "1" && Number(minor) < oldestMinor;
};

/** Why an API server's answer is none, in words, with what helps. */
export function refusal(server: string, reply: ApiReply): CheckResult {
  if (reply.type !== "answer") {
    const [, program, gave] =
      /: (\S.*), which the kubeconfig names for credentials, gave none: (.*)$/.exec(reply.detail) ?? [];
    if (program && gave === refusalWords["ENOENT"])
      return failed(
        `the kubeconfig gets its credentials from the program ${program}, which is not installed here`,
        "Install it, or use a kubeconfig with a token: kubectl create token <account>.",
      );
    if (program)
      return failed(
        `the program ${program}, from which the kubeconfig gets its credentials, gave none: ${gave}`,
        "Log in with it again, until kubectl get pods works with this kubeconfig without asking.",
      );
    const [, file] = /ENOENT: no such file or directory, open '([^']+)'/.exec(reply.detail) ?? [];
    if (file)
      return failed(
        `the kubeconfig names the file ${file}, which is not there`,
        "Copy it along, or embed it: kubectl config view --flatten --minify.",
      );
    if (reply.detail.includes("HTTP protocol is not allowed"))
      return failed(
        `${server} is plain HTTP, which is not taken from a kubeconfig`,
        "Use the cluster's https:// address. For kubectl proxy set insecure-skip-tls-verify: true for this cluster in the kubeconfig.",
      );
    if (isCertificateCode(reply.detail) || /CERT|TLS|SSL|certificate/i.test(reply.detail))
      return failed(
        `${server} has a certificate that is not trusted: ${reply.detail}`,
        "Take the certificate-authority-data of the cluster into the kubeconfig.",
      );
    if (reply.detail === "TimeoutError")
      return failed(
        `${server} did not answer within ${checkDeadlineMs / 1000} s`,
        "Check the address in the kubeconfig, and that network or VPN lets you through.",
      );
    return failed(
      `${server} does not answer: ${reply.detail}`,
      "Check the address in the kubeconfig, and with kubectl version that the cluster answers.",
    );
  }
  const why = statusShape.safeParse(reply.body).data?.message.slice(0, 160);
  if (reply.status === 401)
    return failed(
      `${server} refuses the credentials of the kubeconfig (401): they are wrong, or have expired`,
      "Log in to the cluster again, until kubectl get pods works with this kubeconfig.",
    );
  if (reply.status === 403)
    return failed(
      `${server} forbids this identity to ask (403)${why ? `: ${why}` : ""}`,
      "Grant the reader role to this identity: kubectl apply -k k8s/ makes it.",
    );
  return failed(
    `${server} answers ${reply.status}, but not like Kubernetes${why ? `: ${why}` : ""}`,
    "Check the address in the kubeconfig: a proxy or a login page may stand before the cluster.",
  );
}

export type Send = (request: ApiRequest) => Promise<ApiReply>;

/** Whether this identity may do something: a question that any identity may ask. */
export async function askRight(
  send: Send,
  resourceAttributes: Readonly<Record<string, string>>,
): Promise<
  { readonly type: "answered"; readonly allowed: boolean } | { readonly type: "unanswered"; readonly reply: ApiReply }
> {
  const reply = await send({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    },
  });
  const answer = reply.type === "answer" && reply.status < 300 ? reviewShape.safeParse(reply.body) : undefined;
  return answer?.success ? { type: "answered", allowed: answer.data.status.allowed } : { type: "unanswered", reply };
}

async function ask(
  config: KubeConfig,
  place: { readonly namespaces: readonly string[]; readonly scraping: boolean },
  signal?: AbortSignal,
): Promise<CheckResult> {
  const server = config.getCurrentCluster()?.server ?? "";
  const send: Send = (request) => sendRequest(config, request, checkDeadlineMs, signal);
  const version = await send({ method: "GET", path: "/version" });
  const known = version.type === "answer" && version.status === 200 ? versionShape.safeParse(version.body) : undefined;
  if (!known?.success) return refusal(server, version);
  const { gitVersion } = known.data;
  const refused: string[] = [];
  // With a Prometheus nobody asks kubelets and pods for their metrics.
  for (const { lost, ...attributes } of reads.filter((read) => place.scraping || read.subresource !== "proxy")) {
    const [namespace] = place.namespaces;
    const review = await askRight(send, {
      ...attributes,
      ...(namespace && attributes.resource !== "nodes" ? { namespace } : {}),
    });
    if (review.type === "unanswered") return refusal(server, review.reply);
    if (!review.allowed)
      refused.push(
        `${attributes.verb} ${attributes.resource}${attributes.subresource ? `/${attributes.subresource}` : ""} (${lost})`,
      );
  }
  if (refused.length > 0)
    return failed(
      `${server} does not allow ${refused.join(", ")}`,
      "Grant the reader role to this identity: kubectl apply -k k8s/ makes it.",
    );
  const { missing, admissionPolicies } = await servedBy(send);
  const without = missing.length > 0 ? `; it does not serve ${missing.join(", ")}` : "";
  if (isTooOld(gitVersion))
    return failed(
      `${gitVersion} at ${server} is older than what kubemend is made for${without}`,
      `Use Kubernetes 1.${oldestMinor} or later. kubemend starts all the same: of what is not served it sees nothing, and offers no fix for it.`,
    );
  if (missing.length > 0)
    return failed(
      `${gitVersion} at ${server}${without}`,
      "Look whether --runtime-config of the API server switches these off, or an aggregated API (kubectl get apiservices) is down. Of what is not served kubemend sees nothing.",
    );
  if (admissionPolicies === false)
    return ok(
      `${gitVersion} at ${server}. It has no ValidatingAdmissionPolicy (from 1.${policyMinor}): install with admissionPolicy.enabled=false; the actor is then bound by its role alone (docs/security.md)`,
    );
  return ok(`${gitVersion} at ${server}`);
}

/**
 * Asks for the version, then for each right by a SelfSubjectAccessReview, which any identity may ask, and which API
 * groups are served. With several namespaces the rights are asked for the first one. Nothing in the cluster is read or
 * written.
 */
export function kubernetesCheck(
  place: KubernetesPlace & { readonly namespaces: readonly string[]; readonly scraping: boolean },
): Check {
  return {
    name: "Kubernetes",
    async run(signal) {
      try {
        return await ask(loadKubeConfig(place), place, signal);
      } catch (error) {
        const remedy = error instanceof AppError ? error.remedy : undefined;
        return failed(
          messageOf(error, 300),
          remedy ?? "Check with kubectl version that the cluster answers with this kubeconfig.",
        );
      }
    },
  };
}
