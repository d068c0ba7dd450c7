import { describe, expect, test } from "vitest";
import { type ApiObject, listAt, objectAt, objectsAt, stringAt, stringsAt } from "../../../src/replay/api/json.ts";
import { chartObjects } from "../../support/helm/chart.ts";
import type { Values } from "../../support/helm/render.ts";

const ca = "company-ca";
const mounted = {
  volumes: [{ name: ca, configMap: { name: ca } }],
  volumeMounts: [{ name: ca, mountPath: "/etc/company", readOnly: true }],
};
/** Every pod that the chart can make. */
const everyPod: Values = {
  postgresql: { enabled: true, password: "a-long-enough-one" },
  imagePullSecrets: [{ name: "registry" }],
  rbac: { chaos: true },
  chaos: { serve: true, ...mounted },
  actor: { ...mounted, podLabels: { team: "platform" } },
  watcher: { ...mounted, podLabels: { team: "platform" } },
};

const isWorkload = ({ kind }: ApiObject) => ["Deployment", "StatefulSet"].includes(kind);
const partOf = ({ metadata }: ApiObject) => metadata.name.replace("kubemend-", "");
const podOf = (workload: ApiObject) => objectAt(workload, "spec", "template", "spec");
const containersOf = (workload: ApiObject) =>
  ["initContainers", "containers"].flatMap((list) => objectsAt(podOf(workload), list));
const workloadsOf = (values: Values) =>
  new Map(
    chartObjects(values)
      .filter(isWorkload)
      .map((one) => [partOf(one), one]),
  );

const parts = ["watcher", "actor", "chaos", "postgresql"];
const ours = parts.filter((part) => part !== "postgresql");

test("these are all", () => {
  expect([...workloadsOf(everyPod).keys()].toSorted()).toEqual(parts.toSorted());
});

describe.each(parts)("the pod of %s", (part) => {
  const objects = chartObjects(everyPod);
  const workload = objects.find((one) => isWorkload(one) && partOf(one) === part) ?? expect.fail(part);
  const pod = podOf(workload);

  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  test("keeps to the restricted profile in each of its containers, and writes to volumes alone", () => {
    expect(objectAt(pod, "securityContext")).toMatchObject({
      runAsNonRoot: true,
      runAsUser: expect.any(Number),
      fsGroup: expect.any(Number),
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const container of containersOf(workload))
      expect(objectAt(container, "securityContext"), String(container["name"])).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    const kinds = objectsAt(pod, "volumes").flatMap((volume) => Object.keys(volume).filter((key) => key !== "name"));
    expect(kinds.filter((kind) => !["configMap", "emptyDir"].includes(kind))).toEqual([]);
  });

  test("says in each of its containers what it asks for and where memory ends", () => {
    for (const container of containersOf(workload))
      expect(container["resources"]).toEqual({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
  });

  test("pulls its images with the given Secret, by itself or by its account", () => {
    const name = stringAt(pod, "serviceAccountName");
    const own = objects.find(({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === name);
    expect([...listAt(pod, "imagePullSecrets"), ...listAt(own, "imagePullSecrets")]).toEqual([{ name: "registry" }]);
  });

  test("names no user and no group where the cluster assigns them", () => {
    const assigned = workloadsOf({ ...everyPod, runAsUser: 0 }).get(part);
    expect(objectAt(assigned, "spec", "template", "spec", "securityContext")).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
  });
});

test.each(ours)("%s runs as the user that is named, also as one of OpenShift's range", (part) => {
  const uid = 1_000_650_000;
  const workload = workloadsOf({ ...everyPod, runAsUser: uid }).get(part);
  expect(objectAt(workload, "spec", "template", "spec", "securityContext")).toMatchObject({
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
  });
});

test.each(ours)("%s has the volumes that it is given", (part) => {
  const workload = workloadsOf(everyPod).get(part) ?? expect.fail(part);
  expect(listAt(podOf(workload), "volumes")).toContainEqual(mounted.volumes[0]);
  expect(objectsAt(podOf(workload), "containers").flatMap((one) => listAt(one, "volumeMounts"))).toContainEqual(
    mounted.volumeMounts[0],
  );
});

test.each(["watcher", "actor"])("labels of yours are on the pods of %s, and not in its selector", (part) => {
  const workload = workloadsOf(everyPod).get(part) ?? expect.fail(part);
  expect(stringsAt(workload, "spec", "template", "metadata", "labels")).toMatchObject({ team: "platform" });
  expect(stringsAt(workload, "spec", "selector", "matchLabels")).not.toHaveProperty("team");
});

test("the name server is asked at its own port by all that ask one", () => {
  const policies = chartObjects({ ...everyPod, networkPolicy: { ports: { dns: [53, 5_353] } } }).filter(
    (one) => one.kind === "NetworkPolicy" && objectsAt(one, "spec", "egress").length > 0,
  );
  expect(policies.map(partOf).toSorted()).toEqual(ours.toSorted());
  for (const policy of policies)
    expect(objectsAt(policy, "spec", "egress")[0], partOf(policy)).toEqual({
      ports: [53, 5_353].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ protocol, port }))),
    });
});
