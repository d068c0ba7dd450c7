import type { ActionCode } from "./action-code.ts";
import { type ObjectRef, refText } from "./object-ref.ts";

const words: Readonly<Record<ActionCode, string>> = {
  "rollback-deployment": "Roll back",
  restart: "Restart",
  "pause-rollout": "Pause the rollout of",
  "resume-rollout": "Resume the rollout of",
  scale: "Scale",
  "patch-resources": "Change resources of",
  "patch-probe": "Change the probe of",
  "set-image": "Set the image of",
  "set-env": "Set an environment variable of",
  "patch-config": "Change a key of",
  "patch-selector": "Change the selector of",
  "patch-service-port": "Change the target port of",
  "patch-quota": "Change the limits of",
  "patch-hpa": "Change the bounds of",
  "create-hpa": "Create an autoscaler for",
  "delete-pod": "Delete",
  "evict-pod": "Evict",
  "delete-job": "Delete",
  "rerun-job": "Run again",
  "suspend-cronjob": "Suspend",
  "resume-cronjob": "Resume",
  cordon: "Cordon",
  uncordon: "Uncordon",
  drain: "Drain",
  "remove-finalizer": "Remove a finalizer from",
  "expand-volume": "Enlarge",
  "patch-role": "Change the rules of",
  "restore-secret": "Restore",
  "soft-heal": "Ask the application to heal itself:",
  "free-patch": "Patch",
  guide: "Steps for",
  none: "Leave alone",
};

/** An action on its target, as people say it: "Roll back Deployment shop/carts". */
export function actionTitle(action: ActionCode, target: ObjectRef): string {
  return `${words[action]} ${refText(target)}`;
}
