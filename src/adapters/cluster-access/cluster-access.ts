import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { AccessAnswer, ClusterAccessPort } from "../../actions/approve/approver-access.ts";
import { resourceNameOf } from "../kubernetes-actor/resource-paths.ts";
import { sendRequest } from "../kubernetes-api/send.ts";

/** A person waits for the answer, and there may be several questions. */
const timeoutMs = 5_000;
const answerChars = 65_536;
const reasonChars = 200;

const reviewSchema = z.looseObject({
  kind: z.literal("SubjectAccessReview"),
  status: z.looseObject({
    allowed: z.boolean(),
    denied: z.boolean().optional(),
    reason: z.string().optional(),
    evaluationError: z.string().optional(),
  }),
});

/**
 * Asks the API server's authoriser about other people (SubjectAccessReview). Needs the right to create such reviews, which
 * are answered and never stored.
 */
export function createClusterAccess(config: KubeConfig): ClusterAccessPort {
  return {
    async mayDo({ user, groups }, { verb, kind, subresource, namespace, name }): Promise<AccessAnswer> {
      const resource = resourceNameOf(kind);
      if (!resource) return { type: "failed", detail: `kubemend knows no resource of kind ${kind}` };
      const reply = await sendRequest(
        config,
        {
          method: "POST",
          path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
          body: {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SubjectAccessReview",
            spec: {
              user,
              groups,
              resourceAttributes: {
                verb,
                ...resource,
                ...(subresource ? { subresource } : {}),
                ...(namespace ? { namespace } : {}),
                ...(name ? { name } : {}),
              },
            },
          },
          answerChars,
        },
        timeoutMs,
      );
      if (reply.type !== "answer") return { type: "failed", detail: reply.detail };
      if (reply.status === 403)
        return { type: "failed", detail: "kubemend itself may not ask; apply k8s/rbac-approver-check.yaml" };
      const parsed = reviewSchema.safeParse(reply.body);
      if (reply.status !== 201 || !parsed.success) return { type: "failed", detail: `HTTP ${reply.status}` };
      const { allowed, denied, reason, evaluationError } = parsed.data.status;
      if (allowed && !denied) return { type: "allowed" };
      // Some authoriser could not decide; that nobody else allowed it then says little.
      if (evaluationError && !denied) return { type: "failed", detail: evaluationError.slice(0, reasonChars) };
      return { type: "denied", reason: (reason ?? "").slice(0, reasonChars) };
    },
  };
}
