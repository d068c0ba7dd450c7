import { type ApiObject, objectAt } from "../json.ts";
import type { Resource } from "../registry.ts";
import type { FieldError } from "../status-errors.ts";
import { claimUpdateErrors } from "./claim.ts";
import { eventErrors, newEventErrors, newEventUpdateErrors } from "./event.ts";
import { cronJobErrors, jobErrors, jobUpdateErrors } from "./job.ts";
import { metadataErrors, metadataUpdateErrors } from "./metadata.ts";
import {
  autoscalerErrors,
  dataErrors,
  dataUpdateErrors,
  disruptionBudgetErrors,
  leaseErrors,
  quotaErrors,
  rbacErrors,
  rbacUpdateErrors,
} from "./objects.ts";
import { podSpecErrors, podUpdateErrors } from "./pod.ts";
import { serviceErrors, serviceUpdateErrors } from "./service.ts";
import { workloadErrors, workloadUpdateErrors } from "./workload.ts";

interface Rules {
  /** Of every write. */
  readonly always?: (object: ApiObject) => FieldError[];
  readonly onUpdate?: (before: ApiObject, after: ApiObject) => FieldError[];
}

const workload: Rules = { always: workloadErrors, onUpdate: workloadUpdateErrors };
const data: Rules = { always: dataErrors, onUpdate: dataUpdateErrors };
const rbac: Rules = { always: rbacErrors, onUpdate: rbacUpdateErrors };

const rules: Readonly<Record<string, Rules>> = {
  Pod: {
    always: (pod) => podSpecErrors(objectAt(pod, "spec"), "spec"),
    onUpdate: (before, after) => podUpdateErrors(objectAt(before, "spec"), objectAt(after, "spec")),
  },
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Service: { always: serviceErrors, onUpdate: serviceUpdateErrors },
  ConfigMap: data,
  Secret: data,
  HorizontalPodAutoscaler: { always: autoscalerErrors },
  PodDisruptionBudget: { always: disruptionBudgetErrors },
  ResourceQuota: { always: quotaErrors },
  PersistentVolumeClaim: { onUpdate: claimUpdateErrors },
  Lease: { always: leaseErrors },
  Job: { always: jobErrors, onUpdate: jobUpdateErrors },
  CronJob: { always: cronJobErrors },
  Role: rbac,
  ClusterRole: rbac,
  RoleBinding: rbac,
  ClusterRoleBinding: rbac,
};

const coreEvent: Rules = { always: eventErrors };
const newEvent: Rules = {
  always: (event) => [...newEventErrors(event), ...eventErrors(event)],
  onUpdate: newEventUpdateErrors,
};

/** All that is wrong with an object that is about to be stored, in the order the API tells it. */
export function validate(resource: Resource, object: ApiObject, before?: ApiObject): FieldError[] {
  const kind =
    resource.kind === "Event" ? (resource.viewOf === undefined ? coreEvent : newEvent) : (rules[resource.kind] ?? {});
  const metadata = [
    ...metadataErrors(resource, object),
    ...(before === undefined ? [] : metadataUpdateErrors(before, object)),
  ];
  // The real server checks the metadata of an update twice, and tells each finding twice among the causes.
  const errors = before === undefined ? metadata : [...metadata, ...metadata];
  if (resource.viewOf === undefined || before === undefined) errors.push(...(kind.always?.(object) ?? []));
  if (before !== undefined) errors.push(...(kind.onUpdate?.(before, object) ?? []));
  return errors;
}
