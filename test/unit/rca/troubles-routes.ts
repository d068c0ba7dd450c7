import { ns, type Shop } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

const ingress = (shop: Shop, name: string, backend: object, spec: object = {}) => {
  const object = (service: object) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: ns, uid: `ingress-${name}`, resourceVersion: "1" },
    spec: { ingressClassName: "nginx", ...spec, rules: [{ http: { paths: [{ backend: { service } }] } }] },
  });
  shop.observation.objects.apply("ADDED", object({ name: "frontend", port: { number: 80 } }), shop.onset - 3_600_000);
  shop.observation.objects.apply(
    "MODIFIED",
    { ...object(backend), metadata: { ...object(backend).metadata, resourceVersion: "2" } },
    shop.onset - 10_000,
  );
};

/** Objects that name what is not there, or that let nothing through. */
export const routeTroubles: readonly Trouble[] = [
  {
    name: "an Ingress is changed to a port that its Service does not have",
    cause: "bad-upstream-url",
    culprit: `Ingress ${ns}/shop`,
    fix: ["free-patch", `Ingress ${ns}/shop`],
    symptoms: [["Ingress", "shop", "state", "BackendPortMissing"]],
    breakIt: (shop) => ingress(shop, "shop", { name: "frontend", port: { number: 8443 } }),
  },
  {
    name: "a Service loses the port that an Ingress asks for",
    cause: "service-port-mismatch",
    culprit: `Service ${ns}/frontend`,
    fix: ["patch-service-port", `Service ${ns}/frontend`],
    symptoms: [["Ingress", "web", "state", "BackendPortMissing"]],
    breakIt(shop) {
      shop.create({
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "web" },
        spec: { rules: [{ http: { paths: [{ backend: { service: { name: "frontend", port: { number: 80 } } } }] } }] },
      });
      shop.change("Service", "frontend", (draft) => {
        draft.spec.ports[0].port = 8080;
      });
    },
  },
  {
    name: "an Ingress is changed to a Service that does not exist",
    cause: "bad-upstream-url",
    culprit: `Ingress ${ns}/shop`,
    fix: ["free-patch", `Ingress ${ns}/shop`],
    symptoms: [["Ingress", "shop", "state", "BackendMissing"]],
    breakIt: (shop) => ingress(shop, "shop", { name: "front-end", port: { number: 80 } }),
  },
  {
    name: "an Ingress asks for a class that no controller serves",
    cause: "bad-config",
    culprit: `Ingress ${ns}/shop`,
    fix: ["guide", `Ingress ${ns}/shop`],
    symptoms: [["Ingress", "shop", "state", "IngressClassMissing"]],
    breakIt: (shop) =>
      ingress(shop, "shop", { name: "frontend", port: { number: 80 } }, { ingressClassName: "traefik-2" }),
  },
  {
    name: "a CronJob does not run when it should",
    cause: "job-failing",
    culprit: `CronJob ${ns}/stock-sync`,
    fix: ["guide", `CronJob ${ns}/stock-sync`],
    symptoms: [["CronJob", "stock-sync", "state", "ScheduleMissed"]],
    breakIt: () => undefined,
  },
  {
    name: "a CronJob gets a schedule that is none",
    cause: "bad-config",
    culprit: `CronJob ${ns}/stock-sync`,
    fix: ["free-patch", `CronJob ${ns}/stock-sync`],
    symptoms: [["CronJob", "stock-sync", "state", "ScheduleInvalid"]],
    breakIt: (shop) =>
      shop.change("CronJob", "stock-sync", (draft) => {
        draft.spec.schedule = "every ten minutes";
      }),
  },
  {
    name: "what answers a webhook was scaled to zero",
    cause: "webhook-blocking",
    culprit: "ValidatingWebhookConfiguration policy",
    fix: ["scale", `Deployment ${ns}/payment`],
    symptoms: [["ValidatingWebhookConfiguration", "policy", "state", "WebhookUnreachable"]],
    breakIt(shop) {
      shop.observation.objects.apply(
        "ADDED",
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          metadata: { name: "policy", uid: "hook", resourceVersion: "1" },
          webhooks: [
            {
              name: "policy.shop.io",
              clientConfig: { service: { namespace: ns, name: "payment" } },
              rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
            },
          ],
        } as never,
        shop.onset - 3_600_000,
      );
      shop.dropPods("payment");
      shop.change("Deployment", "payment", (draft) => {
        draft.spec.replicas = 0;
      });
    },
  },
  {
    name: "a disruption budget lets no pod be evicted",
    cause: "bad-config",
    culprit: `PodDisruptionBudget ${ns}/carts`,
    fix: ["guide", `PodDisruptionBudget ${ns}/carts`],
    symptoms: [["PodDisruptionBudget", "carts", "event", "EvictionRefused"]],
    breakIt: (shop) =>
      shop.create({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "carts" },
        spec: { minAvailable: 1, selector: { matchLabels: { app: "carts" } } },
        status: { disruptionsAllowed: 0 },
      }),
  },
];
