import { own } from "../../lib/own.ts";
import type { ActionCode } from "../action-code.ts";
import type { ObjectRef } from "../object-ref.ts";

/** Quotes a word for a POSIX shell; words of harmless characters stay as they are. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const short: Readonly<Record<string, string>> = {
  Deployment: "deployment",
  StatefulSet: "statefulset",
  DaemonSet: "daemonset",
  HorizontalPodAutoscaler: "hpa",
  PersistentVolumeClaim: "pvc",
  ConfigMap: "configmap",
  ResourceQuota: "resourcequota",
};

type Params = Readonly<Record<string, unknown>>;

const text = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");

function patch(target: ObjectRef, body: unknown, type?: "merge" | "json"): string[] {
  return ["patch", name(target), ...(type ? ["--type", type] : []), "-p", JSON.stringify(body)];
}

function name(target: ObjectRef): string {
  return `${own(short, target.kind) ?? target.kind.toLowerCase()}/${target.name}`;
}

/** Wraps a container patch in the template of the workload's kind. */
function inTemplate(target: ObjectRef, container: unknown): unknown {
  const template = { template: { spec: { containers: [container] } } };
  return target.kind === "CronJob" ? { spec: { jobTemplate: { spec: template } } } : { spec: template };
}

/** The HTTP handlers exclude each other, so a patch that sets one removes the others. */
function wholeProbe(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  return { $patch: "replace", ...value };
}

function words(action: ActionCode, target: ObjectRef, params: Params): string[] | undefined {
  const container = text(params.container);
  switch (action) {
    case "rollback-deployment":
      return [
        "rollout",
        "undo",
        name(target),
        ...(params.toRevision === undefined ? [] : [`--to-revision=${text(params.toRevision)}`]),
      ];
    case "restart":
      return ["rollout", "restart", name(target)];
    case "pause-rollout":
      return ["rollout", "pause", name(target)];
    case "resume-rollout":
      return ["rollout", "resume", name(target)];
    case "scale":
      return ["scale", name(target), `--replicas=${text(params.replicas)}`];
    case "patch-resources":
      return patch(
        target,
        inTemplate(target, {
          name: container,
          resources: {
            ...(params.requests ? { requests: params.requests } : {}),
            ...(params.limits ? { limits: params.limits } : {}),
          },
        }),
      );
    case "patch-probe":
      return patch(
        target,
        inTemplate(target, { name: container, [`${text(params.probe)}Probe`]: wholeProbe(params.value) }),
      );
    case "set-image":
      return ["set", "image", name(target), `${container}=${text(params.image)}`];
    case "set-env":
      return [
        "set",
        "env",
        name(target),
        "-c",
        container,
        params.value === null ? `${text(params.name)}-` : `${text(params.name)}=${text(params.value)}`,
      ];
    case "patch-config":
      return patch(target, { data: { [text(params.key)]: params.value ?? null } }, "merge");
    case "patch-selector":
      return [
        "patch",
        name(target),
        "--type",
        "json",
        "-p",
        JSON.stringify([{ op: "replace", path: "/spec/selector", value: params.selector }]),
      ];
    case "patch-service-port":
      return patch(target, { spec: { ports: [{ port: params.port, targetPort: params.targetPort }] } });
    case "patch-quota":
      return patch(target, { spec: { hard: params.hard } }, "merge");
    case "patch-hpa":
      return patch(target, { spec: params }, "merge");
    case "create-hpa":
      return [
        "autoscale",
        name(target),
        `--min=${text(params.minReplicas)}`,
        `--max=${text(params.maxReplicas)}`,
        `--cpu-percent=${text(params.cpuPercent)}`,
      ];
    case "delete-pod":
    case "delete-job":
      return ["delete", name(target)];
    case "evict-pod":
      return ["delete", name(target), "--wait=false"];
    case "rerun-job":
      return target.kind === "CronJob"
        ? ["create", "job", `${target.name}-rerun`, `--from=cronjob/${target.name}`]
        : ["replace", "--force", "-f", `${target.name}.yaml`];
    case "suspend-cronjob":
    case "resume-cronjob":
      return patch(target, { spec: { suspend: action === "suspend-cronjob" } }, "merge");
    case "cordon":
    case "uncordon":
      return [action, target.name];
    case "drain":
      return ["drain", target.name, "--ignore-daemonsets", "--delete-emptydir-data"];
    case "remove-finalizer":
      return patch(target, {
        metadata: { "$deleteFromPrimitiveList/finalizers": [params.finalizer] },
      });
    case "expand-volume":
      return patch(target, { spec: { resources: { requests: { storage: params.storage } } } }, "merge");
    case "patch-role":
      return patch(target, { rules: params.rules }, "merge");
    case "free-patch":
      // Not `--type merge`: that would replace whole lists, and drop the containers which the patch does not name.
      return patch(target, params.patch);
    case "restore-secret":
      return ["edit", name(target)];
    case "soft-heal":
    case "guide":
    case "none":
      return undefined;
  }
}

/** Unquoted it is no word to a shell, which then runs nothing: a value that only a person knows is not set to an empty one. */
const openValue = "<value>";

/**
 * The kubectl command that does what an action does, quoted for a shell. What no command can do is told as a comment, so
 * that pasting it does nothing; where a value is still missing, the shell says so.
 */
export function kubectlCommand(action: ActionCode, target: ObjectRef, params: Params): string {
  const rest = words(action, target, params);
  if (!rest)
    return action === "soft-heal"
      ? `# ask ${target.name} to heal itself through its own endpoint`
      : "# no single command: see the steps";
  const command = (parts: readonly string[]) =>
    ["kubectl", ...(target.namespace ? ["-n", target.namespace] : []), ...parts].map(shellQuote).join(" ");
  // Programs that read their configuration once must start again; a name without a kind is a Deployment's.
  const again =
    action === "patch-config" && Array.isArray(params.restart)
      ? params.restart.map((name: unknown) =>
          command(["rollout", "restart", text(name).includes("/") ? text(name) : `deployment/${text(name)}`]),
        )
      : [];
  const open = action === "set-env" && params.value === undefined ? openValue : "";
  return [`${command(rest)}${open}`, ...again].join(" && ");
}
