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

type Command = (target: ObjectRef, params: Params, action: ActionCode) => readonly string[];

const suspension: Command = (target, _params, action) =>
  patch(target, { spec: { suspend: action === "suspend-cronjob" } }, "merge");
const scheduling: Command = (target, _params, action) => [action, target.name];
const deletion: Command = (target) => ["delete", name(target)];

/** The words behind `kubectl -n …`, before they are quoted; "none" where no single command does it. */
const commands: Readonly<Record<ActionCode, Command | "none">> = {
  "rollback-deployment": (target, { toRevision }) => [
    "rollout",
    "undo",
    name(target),
    ...(toRevision === undefined ? [] : [`--to-revision=${text(toRevision)}`]),
  ],
  restart: (target) => ["rollout", "restart", name(target)],
  "pause-rollout": (target) => ["rollout", "pause", name(target)],
  "resume-rollout": (target) => ["rollout", "resume", name(target)],
  scale: (target, { replicas }) => ["scale", name(target), `--replicas=${text(replicas)}`],
  "patch-resources": (target, { container, requests, limits }) =>
    patch(
      target,
      inTemplate(target, {
        name: text(container),
        resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
      }),
    ),
  "patch-probe": (target, { container, probe, value }) =>
    patch(target, inTemplate(target, { name: text(container), [`${text(probe)}Probe`]: wholeProbe(value) })),
  "set-image": (target, { container, image }) => ["set", "image", name(target), `${text(container)}=${text(image)}`],
  "set-env": (target, { container, name: variable, value }) => [
    "set",
    "env",
    name(target),
    "-c",
    text(container),
    value === null ? `${text(variable)}-` : `${text(variable)}=${text(value)}`,
  ],
  "patch-config": (target, { key, value }) => patch(target, { data: { [text(key)]: value ?? null } }, "merge"),
  "patch-selector": (target, { selector }) =>
    patch(target, [{ op: "replace", path: "/spec/selector", value: selector }], "json"),
  "patch-service-port": (target, { port, targetPort }) => patch(target, { spec: { ports: [{ port, targetPort }] } }),
  "patch-quota": (target, { hard }) => patch(target, { spec: { hard } }, "merge"),
  "patch-hpa": (target, params) => patch(target, { spec: params }, "merge"),
  "create-hpa": (target, { minReplicas, maxReplicas, cpuPercent }) => [
    "autoscale",
    name(target),
    `--min=${text(minReplicas)}`,
    `--max=${text(maxReplicas)}`,
    `--cpu-percent=${text(cpuPercent)}`,
  ],
  "delete-pod": deletion,
  "delete-job": deletion,
  "evict-pod": (target) => ["delete", name(target), "--wait=false"],
  "rerun-job": (target) =>
    target.kind === "CronJob"
      ? ["create", "job", `${target.name}-rerun`, `--from=cronjob/${target.name}`]
      : ["replace", "--force", "-f", `${target.name}.yaml`],
  "suspend-cronjob": suspension,
  "resume-cronjob": suspension,
  cordon: scheduling,
  uncordon: scheduling,
  drain: (target) => ["drain", target.name, "--ignore-daemonsets", "--delete-emptydir-data"],
  "remove-finalizer": (target, { finalizer }) =>
    patch(target, { metadata: { "$deleteFromPrimitiveList/finalizers": [finalizer] } }),
  "expand-volume": (target, { storage }) => patch(target, { spec: { resources: { requests: { storage } } } }, "merge"),
  "patch-role": (target, { rules }) => patch(target, { rules }, "merge"),
  // Not `--type merge`: that would replace whole lists, and drop the containers which the patch does not name.
  "free-patch": (target, { patch: body }) => patch(target, body),
  "restore-secret": (target) => ["edit", name(target)],
  "soft-heal": "none",
  guide: "none",
  none: "none",
};

/** Unquoted it is no word to a shell, which then runs nothing: a value that only a person knows is not set to an empty one. */
const openValue = "<value>";

/**
 * The kubectl command that does what an action does, quoted for a shell. What no command can do is told as a comment, so
 * that pasting it does nothing; where a value is still missing, the shell says so.
 */
export function kubectlCommand(action: ActionCode, target: ObjectRef, params: Params): string {
  const words = commands[action];
  if (words === "none")
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
  return [`${command(words(target, params, action))}${open}`, ...again].join(" && ");
}
