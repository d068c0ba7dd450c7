import { describe, expect, test } from "vitest";
import { rolloutProgress } from "../../../src/actions/verify/rollout-progress.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";

const object = (kind: string, spec: object, status: object): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "w", namespace: "n", uid: "u", generation: 5 },
  spec,
  status,
});
const deployment = (status: object, spec: object = { replicas: 3 }) =>
  object("Deployment", spec, { observedGeneration: 5, ...status });
const done = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };

describe("how far a rollout is", () => {
  test.each([
    {
      name: "right after a change the status is of before: not complete",
      given: deployment({ ...done, observedGeneration: 4 }),
      want: "progressing",
    },
    { name: "all updated and available", given: deployment(done), want: "complete" },
    { name: "some not updated", given: deployment({ ...done, updatedReplicas: 1 }), want: "progressing" },
    { name: "old pods still there", given: deployment({ ...done, replicas: 4 }), want: "progressing" },
    { name: "some not available", given: deployment({ ...done, availableReplicas: 2 }), want: "progressing" },
    { name: "zero counters are left out of a status", given: deployment({}, { replicas: 0 }), want: "complete" },
    {
      name: "without replicas in the specification one pod is wanted",
      given: deployment({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, {}),
      want: "complete",
    },
    { name: "paused", given: deployment(done, { replicas: 3, paused: true }), want: "stalled" },
    {
      name: "past its deadline though old pods serve",
      given: deployment({
        ...done,
        replicas: 4,
        updatedReplicas: 1,
        conditions: [
          { type: "Available", status: "True" },
          { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
        ],
      }),
      want: "stalled",
    },
    {
      name: "a stateful set that is rolling",
      given: object(
        "StatefulSet",
        { replicas: 2 },
        {
          observedGeneration: 5,
          replicas: 2,
          updatedReplicas: 1,
          availableReplicas: 2,
          currentRevision: "a",
          updateRevision: "b",
        },
      ),
      want: "progressing",
    },
    {
      name: "a settled stateful set leaves updatedReplicas out",
      given: object(
        "StatefulSet",
        { replicas: 2 },
        { observedGeneration: 5, replicas: 2, availableReplicas: 2, currentRevision: "b", updateRevision: "b" },
      ),
      want: "complete",
    },
    {
      name: "a stateful set whose partition leaves two of its pods at the revision before",
      given: object(
        "StatefulSet",
        { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } },
        {
          observedGeneration: 5,
          replicas: 3,
          updatedReplicas: 1,
          availableReplicas: 3,
          currentRevision: "a",
          updateRevision: "b",
        },
      ),
      want: "complete",
    },
    {
      name: "the same before the one that is due",
      given: object(
        "StatefulSet",
        { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } },
        { observedGeneration: 5, replicas: 3, availableReplicas: 3, currentRevision: "a", updateRevision: "b" },
      ),
      want: "progressing",
    },
    {
      name: "a stateful set that replaces pods when they are deleted, and has some of before",
      given: object(
        "StatefulSet",
        { replicas: 3, updateStrategy: { type: "OnDelete" } },
        {
          observedGeneration: 5,
          replicas: 3,
          updatedReplicas: 1,
          availableReplicas: 3,
          currentRevision: "a",
          updateRevision: "b",
        },
      ),
      want: "stalled",
    },
    {
      name: "a daemon set that replaces pods when they are deleted, when all were",
      given: object(
        "DaemonSet",
        { updateStrategy: { type: "OnDelete" } },
        { observedGeneration: 5, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
      ),
      want: "complete",
    },
    {
      name: "a daemon set",
      given: object(
        "DaemonSet",
        {},
        { observedGeneration: 5, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      ),
      want: "progressing",
    },
    { name: "a service has no rollout", given: object("Service", {}, {}), want: "not-applicable" },
    { name: "nothing at all", given: undefined, want: "not-applicable" },
  ])("$name: $want", ({ given, want }) => {
    expect(rolloutProgress(given).state).toBe(want);
  });
});
