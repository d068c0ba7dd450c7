import type { ActionCode } from "../action-code.ts";
import { type ObjectRef, refText } from "../object-ref.ts";

const words: Readonly<Record<ActionCode, string>> = {
  "rollback-deployment": "Roll back",
  restart: "Restart",
  "pause-rollout": "Pause the rollout of",
  "resume-rollout": "Resume the rollout of",
  scale: "Scale",
  "patch-resources": "Change resources of",
  "patch-probe": "Change the probe of",
  "set-image": "Set the image of",
  "set-env": "Change an environment variable of",
  "patch-config": "Change a key of",
  "patch-selector": "Change the selector of",
  "patch-service-port": "Change the target port of",
  "patch-quota": "Change the limits of",
  "patch-hpa": "Change the bounds of",
  "create-hpa": "Create an autoscaler for",
  "delete-pod": "Delete",
  "evict-pod": "Evict",
  "delete-job": "Delete",
  "rerun-job": "Start again",
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

type Params = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Params => typeof value === "object" && value !== null && !Array.isArray(value);
const plain = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined);
const mostChars = 100;

/** `memory limit 128Mi, memory request 64Mi` */
function amounts(params: Params): string {
  return (["limits", "requests"] as const)
    .flatMap((part) => {
      const list = params[part];
      return isMap(list)
        ? Object.entries(list).flatMap(([name, amount]) =>
            plain(amount) === undefined ? [] : [`${name} ${part.slice(0, -1)} ${String(amount)}`],
          )
        : [];
    })
    .join(", ");
}

/** What tells two changes of one kind apart, in a few words; values that may be credentials are never among them. */
function detail(action: ActionCode, params: Params): string | undefined {
  switch (action) {
    case "rollback-deployment":
      return plain(params["toRevision"]) && `revision ${String(params["toRevision"])}`;
    case "scale":
      return plain(params["replicas"]) && `${String(params["replicas"])} replica${params["replicas"] === 1 ? "" : "s"}`;
    case "patch-resources":
      return amounts(params);
    case "patch-probe":
      return plain(params["probe"]);
    case "set-image":
      return plain(params["image"]);
    case "set-env":
      return plain(params["name"]);
    case "patch-config":
      return plain(params["key"]);
    case "expand-volume":
      return plain(params["storage"]);
    default:
      return undefined;
  }
}

/**
 * An action on its target, as people say it: "Roll back Deployment shop/carts". With parameters two changes of one kind read
 * differently: "Change resources of Deployment shop/carts (memory limit 128Mi)".
 */
export function actionTitle(action: ActionCode, target: ObjectRef, params: Params = {}): string {
  const more = detail(action, params)?.slice(0, mostChars);
  return `${words[action]} ${refText(target)}${more ? ` (${more})` : ""}`;
}
