import { refText } from "../../../src/incident/object-ref.ts";
import { ns, quietShop, running, type Shop } from "./shop.ts";

export type Symptoms = Parameters<Shop["diagnose"]>[0];

export const cartsAndCallers: Symptoms = [
  ["Deployment", "carts", "log", "never-seen-template"],
  ["Deployment", "orders", "log", "never-seen-template"],
];

export const ordersAndCallers: Symptoms = [
  ["Deployment", "orders", "log", "never-seen-template"],
  ["Deployment", "frontend", "log", "never-seen-template"],
];

export async function diagnosed(symptoms: Symptoms, breakIt: (shop: Shop) => void) {
  const shop = await quietShop();
  breakIt(shop);
  const { diagnosis, recommendations } = shop.diagnose(symptoms);
  const [first] = diagnosis.hypotheses;
  return {
    first: first && `${first.cause} ${refText(first.culprit)}`,
    statement: first?.statement ?? "",
    statements: diagnosis.hypotheses.map(({ statement }) => statement),
    all: diagnosis.hypotheses.map(({ cause, culprit }) => `${cause} ${culprit.name}`),
    fixes: recommendations,
  };
}

export const errorOf = (text: string) => `2026-11-20 23:36:55,200 ERROR [app]: ${text}`;
export const podAddress = (shop: Shop, workload: string) =>
  shop.observation.objects.get("Pod", ns, shop.pods(workload)[0] ?? "")?.status?.podIP ?? "";

/** Nothing is measured of these calls: only an address tells of them. */
export function wire(shop: Shop, caller: string, ...callees: readonly string[]): void {
  shop.change("Deployment", caller, ({ spec }) => {
    for (const callee of callees)
      spec.template.spec.containers[0].args = [...(spec.template.spec.containers[0].args ?? []), `http://${callee}`];
  });
}

export const restartOf = (shop: Shop, workload: string) => {
  const before = shop.pods(workload);
  shop.freshPod(workload, running(workload));
  for (const pod of before) shop.remove("Pod", pod);
};

export function mountedInDb(shop: Shop, before: string, after: string): void {
  shop.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "db-config" }, data: { "db.conf": before } });
  shop.change("Deployment", "carts-db", ({ spec }) => {
    spec.template.spec.volumes = [{ name: "config", configMap: { name: "db-config" } }];
  });
  shop.change("ConfigMap", "db-config", (draft) => {
    draft.data = { "db.conf": after };
  });
  restartOf(shop, "carts-db");
}

export const requirePassword = (shop: Shop) => mountedInDb(shop, "port 6379", "port 6379\nrequirepass on");
