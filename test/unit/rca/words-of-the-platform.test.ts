import { describe, expect, test } from "vitest";
import { refText } from "../../../src/incident/object-ref.ts";
import { crashed, ns, quietShop, running, type Shop, waiting } from "./shop.ts";

const refused = (shop: Shop, message: string) => {
  const set = shop.observation.objects
    .list("ReplicaSet", ns)
    .find(({ metadata, spec }) => metadata.ownerReferences?.[0]?.name === "catalogue" && (spec.replicas ?? 0) > 0);
  shop.event(
    "ReplicaSet",
    set?.metadata.name ?? "",
    "FailedCreate",
    `Error creating: pods "catalogue-x" is forbidden: ${message}`,
    6,
  );
};
const policy = "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: name a version";
const level = 'violates PodSecurity "restricted:latest": runAsNonRoot != true (container "catalogue" must set it)';
const edited = (shop: Shop) =>
  shop.change("Deployment", "catalogue", (draft) => {
    draft.spec.template.spec.containers[0].image = "registry/catalogue:latest";
  });

describe("pods that the API server refuses by a policy of its own", () => {
  test.each<[string, (shop: Shop) => void, string, string]>([
    ["an admission policy", (shop) => refused(shop, policy), "ValidatingAdmissionPolicy no-latest", "guide"],
    [
      "an admission policy, since the workload was changed",
      (shop) => {
        edited(shop);
        refused(shop, policy);
      },
      `Deployment ${ns}/catalogue`,
      "rollback-deployment",
    ],
    ["the security level of a namespace", (shop) => refused(shop, level), `Namespace ${ns}`, "guide"],
  ])("%s", async (_name, breakIt, culprit, action) => {
    const shop = await quietShop();
    breakIt(shop);
    const { diagnosis, recommendations } = shop.diagnose([["Deployment", "catalogue", "event", "PolicyDenied"]]);
    const [first] = diagnosis.hypotheses;
    expect([first?.cause, first && refText(first.culprit)]).toEqual(["webhook-blocking", culprit]);
    expect(recommendations[0]?.action).toBe(action);
  });
});

test("whose account is refused is read from the API server's words", async () => {
  const shop = await quietShop();
  const who = `User \\"system:serviceaccount:${ns}:reader\\"`;
  shop.log("carts", `level=error msg="pods is forbidden: ${who} cannot list resource \\"pods\\" in API group \\"\\""`);
  const { diagnosis } = shop.diagnose([["Deployment", "carts", "log", "new-error"]]);
  const [first] = diagnosis.hypotheses;
  expect([first?.cause, first && refText(first.culprit)]).toEqual(["permission-denied", `ServiceAccount ${ns}/reader`]);
});

describe("an init container that fails", () => {
  const failing = async (restartPolicy: string | undefined) => {
    const shop = await quietShop();
    const beside = { name: "proxy", image: "proxy:1", ...(restartPolicy ? { restartPolicy } : {}) };
    shop.freshPod(
      "carts",
      {
        phase: restartPolicy ? "Running" : "Pending",
        conditions: [{ type: "Ready", status: "False" }],
        initContainerStatuses: crashed("proxy", 1, shop.onset + 5_000).containerStatuses,
        containerStatuses: (restartPolicy ? running("carts", false) : waiting("carts", "PodInitializing"))
          .containerStatuses,
      },
      (draft) => {
        draft.spec.initContainers = [beside];
      },
    );
    const { diagnosis } = shop.diagnose([["Deployment", "carts", "state", "CrashLoopBackOff"]]);
    return diagnosis.hypotheses.map(({ cause }) => cause);
  };
  test("keeps its pod from starting", async () => expect(await failing(undefined)).toContain("init-failure"));
  test("unless it is a sidecar, beside which the others run", async () =>
    expect(await failing("Always")).not.toContain("init-failure"));
});

test.each([
  "0/3 nodes are available: 3 node(s) exceed max volume count.",
  "no nodes available to schedule pods",
  "0/3 nodes are available: 3 cannot allocate all claims.",
])("the scheduler's %s", async (message) => {
  const shop = await quietShop();
  const pod = shop.freshPod(
    "carts",
    {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message,
          lastTransitionTime: new Date(shop.onset).toISOString(),
        },
      ],
    },
    (draft) => delete draft.spec.nodeName,
  );
  shop.event("Pod", pod, "FailedScheduling", message, 3);
  const { diagnosis } = shop.diagnose([["Deployment", "carts", "state", "Unschedulable"]]);
  expect(diagnosis.hypotheses[0]?.cause).toBe("unschedulable");
});

test("of two ports of one number, the one that leads nowhere is named with its protocol", async () => {
  const shop = await quietShop();
  const at = (protocol: string, targetPort: number) => ({
    name: protocol.toLowerCase(),
    port: 80,
    protocol,
    targetPort,
  });
  const set = (...ports: readonly object[]) =>
    shop.change("Service", "catalogue", (draft) => {
      draft.spec.ports = ports;
    });
  const listens = shop.observation.objects.get("Deployment", ns, "catalogue")?.spec.template.spec.containers[0]
    ?.ports?.[0];
  const right = listens?.containerPort ?? 0;
  set(at("TCP", right), at("UDP", right));
  set(at("TCP", right), at("UDP", right + 1));
  const { recommendations } = shop.diagnose([["Service", "catalogue", "state", "TargetPortUnknown"]]);
  expect(recommendations[0]?.params).toEqual({ port: 80, protocol: "UDP", targetPort: right });
});
