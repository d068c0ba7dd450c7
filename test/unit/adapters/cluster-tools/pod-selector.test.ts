import { expect, test } from "vitest";
import { podSelector } from "../../../../src/adapters/cluster-tools/pod-selector.ts";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";

const object = (kind: string, name: string, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop", uid: name, ...rest },
  spec: {},
});
const selecting = (kind: string, selector: object): KubeObject => ({ ...object(kind, "w"), spec: { selector } });
const run = (name: string, cron: string, minute: number) =>
  object("Job", name, {
    creationTimestamp: `2026-11-20T12:0${minute}:00Z`,
    ownerReferences: [{ kind: "CronJob", name: cron, uid: cron, controller: true }],
  });
const jobs = [
  run("sync-1", "sync", 1),
  run("other-1", "other", 2),
  run("sync-2", "sync", 3),
  run("sync-3", "sync", 4),
  run("sync-4", "sync", 5),
];
const reader = { list: async () => [...jobs] };

test.each([
  ["labels", selecting("Deployment", { matchLabels: { app: "web", tier: "front" } }), "app=web,tier=front"],
  [
    "labels and expressions",
    selecting("StatefulSet", {
      matchLabels: { app: "db" },
      matchExpressions: [
        { key: "role", operator: "In", values: ["main", "copy"] },
        { key: "phase", operator: "NotIn", values: ["old"] },
        { key: "zone", operator: "Exists" },
        { key: "debug", operator: "DoesNotExist" },
      ],
    }),
    "app=db,role in (main,copy),phase notin (old),zone,!debug",
  ],
  [
    "the uid by which a Job selects",
    selecting("Job", { matchLabels: { "batch.kubernetes.io/controller-uid": "u" } }),
    "batch.kubernetes.io/controller-uid=u",
  ],
  ["the last runs of a CronJob", object("CronJob", "sync"), "job-name in (sync-4,sync-3,sync-2)"],
  ["no run of a CronJob", object("CronJob", "never"), undefined],
  ["nothing, which would be everything", selecting("Deployment", {}), undefined],
  ["what has no pods", object("ConfigMap", "c"), undefined],
])("pods are selected by %s", async (_name, given, want) => {
  expect(await podSelector(given, reader as never)).toBe(want);
});
