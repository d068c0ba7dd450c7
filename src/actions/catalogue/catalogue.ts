import type { ActionCode } from "../../incident/action-code.ts";
import type { Action } from "../define-action.ts";
import type { Guide } from "../define-guide.ts";
import { cordon } from "./cordon.ts";
import { createHpa } from "./create-hpa.ts";
import { deleteJob } from "./delete-job.ts";
import { deletePod } from "./delete-pod.ts";
import { drain } from "./drain.ts";
import { evictPod } from "./evict-pod.ts";
import { expandVolume } from "./expand-volume.ts";
import { freePatch } from "./free-patch.ts";
import { guide } from "./guide.ts";
import { noAction } from "./no-action.ts";
import { patchConfig } from "./patch-config.ts";
import { patchHpa } from "./patch-hpa.ts";
import { patchProbe } from "./patch-probe.ts";
import { patchQuota } from "./patch-quota.ts";
import { patchResources } from "./patch-resources.ts";
import { patchRole } from "./patch-role.ts";
import { patchSelector } from "./patch-selector.ts";
import { patchServicePort } from "./patch-service-port.ts";
import { pauseRollout } from "./pause-rollout.ts";
import { removeFinalizer } from "./remove-finalizer.ts";
import { rerunJob } from "./rerun-job.ts";
import { restart } from "./restart.ts";
import { restoreSecret } from "./restore-secret.ts";
import { resumeCronJob } from "./resume-cronjob.ts";
import { resumeRollout } from "./resume-rollout.ts";
import { rollbackDeployment } from "./rollback-deployment.ts";
import { scale } from "./scale.ts";
import { setEnv } from "./set-env.ts";
import { setImage } from "./set-image.ts";
import { softHeal } from "./soft-heal.ts";
import { suspendCronJob } from "./suspend-cronjob.ts";
import { uncordon } from "./uncordon.ts";

/** Everything kubemend can do, by code. */
export const catalogue = {
  "rollback-deployment": rollbackDeployment,
  restart,
  "pause-rollout": pauseRollout,
  "resume-rollout": resumeRollout,
  scale,
  "patch-resources": patchResources,
  "patch-probe": patchProbe,
  "set-image": setImage,
  "set-env": setEnv,
  "patch-config": patchConfig,
  "patch-selector": patchSelector,
  "patch-service-port": patchServicePort,
  "patch-quota": patchQuota,
  "patch-hpa": patchHpa,
  "create-hpa": createHpa,
  "delete-pod": deletePod,
  "evict-pod": evictPod,
  "delete-job": deleteJob,
  "rerun-job": rerunJob,
  "suspend-cronjob": suspendCronJob,
  "resume-cronjob": resumeCronJob,
  cordon,
  uncordon,
  drain,
  "remove-finalizer": removeFinalizer,
  "expand-volume": expandVolume,
  "patch-role": patchRole,
  "restore-secret": restoreSecret,
  "soft-heal": softHeal,
  "free-patch": freePatch,
  guide,
  none: noAction,
} as const satisfies Record<ActionCode, Action | Guide>;

/**
 * Also finds guides, which change nothing: whoever plans asks which of the two it is. A code that is typed is always
 * found.
 */
export function actionOf(code: ActionCode): Action | Guide {
  return catalogue[code];
}
