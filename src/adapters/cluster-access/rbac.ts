import type { Grant } from "../../cluster/access-rules.ts";

/**
 * What it takes to ask the cluster about an approver's rights. A role of its own, bound only where the policy asks for it
 * (`clusterAccess: true`): whoever holds it can find out what others may do.
 */
export function approverCheckGrants(): Grant[] {
  return [
    {
      verb: "create",
      group: "authorization.k8s.io",
      resource: "subjectaccessreviews",
      why: "whether an approver may make the change himself",
    },
  ];
}
