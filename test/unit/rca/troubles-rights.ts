import { ns, running } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

/** Of service accounts, roles and bindings. */
export const rightsTroubles: readonly Trouble[] = [
  {
    name: "a Role loses its rule",
    cause: "permission-denied",
    culprit: `Role ${ns}/price-list-reader`,
    fix: ["patch-role", `Role ${ns}/price-list-reader`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Role", "price-list-reader", (draft) => {
        draft.rules = [];
      });
      shop.log(
        "catalogue",
        `level=error msg="price list refresh failed" err="configmaps \\"price-list\\" is forbidden: User \\"system:serviceaccount:${ns}:catalogue\\" cannot get resource \\"configmaps\\" in API group \\"\\" in the namespace \\"${ns}\\""`,
      );
    },
  },
  {
    name: "a RoleBinding is deleted",
    cause: "permission-denied",
    culprit: `RoleBinding ${ns}/catalogue-price-list`,
    fix: ["guide", `RoleBinding ${ns}/catalogue-price-list`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.remove("RoleBinding", "catalogue-price-list");
      shop.log("catalogue", 'level=error msg="price list refresh failed" status=403');
    },
  },
  {
    name: "a ClusterRoleBinding is deleted",
    cause: "permission-denied",
    culprit: "ClusterRoleBinding catalogue-nodes",
    fix: ["guide", "ClusterRoleBinding catalogue-nodes"],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "catalogue-nodes" },
        subjects: [{ kind: "ServiceAccount", name: "catalogue", namespace: ns }],
        roleRef: { kind: "ClusterRole", name: "node-reader" },
      });
      shop.remove("ClusterRoleBinding", "catalogue-nodes");
      shop.log("catalogue", 'level=error msg="zone of the node is unknown" status=403');
    },
  },
  {
    name: "the rules of a ClusterRole are cut",
    cause: "permission-denied",
    culprit: "ClusterRole node-reader",
    fix: ["patch-role", "ClusterRole node-reader"],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "node-reader" },
        rules: [{ apiGroups: [""], resources: ["nodes", "pods"], verbs: ["get"] }],
      });
      shop.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "catalogue-nodes" },
        subjects: [{ kind: "ServiceAccount", name: "catalogue", namespace: ns }],
        roleRef: { kind: "ClusterRole", name: "node-reader" },
      });
      shop.change("ClusterRole", "node-reader", (draft) => {
        draft.rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
      });
      shop.log("catalogue", 'level=error msg="zone of the node is unknown" status=403');
    },
  },
  {
    name: "a Deployment runs under another service account",
    cause: "permission-denied",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.serviceAccountName = "default";
      });
      const pod = shop.freshPod("catalogue", running("catalogue"));
      shop.log("catalogue", 'level=error msg="price list refresh failed" err="HTTP 403 Forbidden"', 6, pod);
    },
  },
];
