import type { ActionCode } from "./action-code.ts";
import { type ActionParams, actionParams } from "./action-params.ts";
import { type ObjectRef, refText } from "./object-ref.ts";

/** One argument for a POSIX shell; left bare where nothing in it is special. */
function quoted(text: string): string {
  return /^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const templateOf = (kind: string, spec: unknown) =>
  kind === "CronJob" ? { spec: { jobTemplate: { spec: { template: { spec } } } } } : { spec: { template: { spec } } };

type Command<A extends ActionCode> = (
  ctl: string,
  object: string,
  params: ActionParams<A>,
  target: ObjectRef,
) => string;

const patch = (ctl: string, object: string, body: unknown, type?: "merge") =>
  `${ctl} patch ${object}${type ? ` --type=${type}` : ""} -p ${quoted(JSON.stringify(body))}`;
const container = (kind: string, name: string, fields: Readonly<Record<string, unknown>>) =>
  templateOf(kind, { containers: [{ name, ...fields }] });
const probeField = { liveness: "livenessProbe", readiness: "readinessProbe", startup: "startupProbe" } as const;
const steps = ({ steps }: { readonly steps: readonly string[] }) =>
  steps.map((step) => `# ${step.replaceAll("\n", " ")}`).join("\n");

const commands: { readonly [A in ActionCode]: Command<A> } = {
  "rollback-deployment": (ctl, object, { toRevision }) =>
    `${ctl} rollout undo ${object}${toRevision ? ` --to-revision=${toRevision}` : ""}`,
  restart: (ctl, object) => `${ctl} rollout restart ${object}`,
  "pause-rollout": (ctl, object) => `${ctl} rollout pause ${object}`,
  "resume-rollout": (ctl, object) => `${ctl} rollout resume ${object}`,
  scale: (ctl, object, { replicas }) => `${ctl} scale ${object} --replicas=${replicas}`,
  "patch-resources": (ctl, object, { container: name, requests, limits }) => {
    const list = (amounts: Readonly<Record<string, string | undefined>>) =>
      Object.entries(amounts)
        .filter(([, amount]) => amount !== undefined)
        .map(([key, amount]) => `${key}=${amount}`)
        .join(",");
    const flags = `${requests ? ` --requests=${list(requests)}` : ""}${limits ? ` --limits=${list(limits)}` : ""}`;
    return `${ctl} set resources ${object} -c ${quoted(name)}${flags}`;
  },
  // $patch: replace drops the old handler; merged, two handlers would be refused.
  "patch-probe": (ctl, object, { container: name, probe, value }, target) =>
    patch(ctl, object, container(target.kind, name, { [probeField[probe]]: value && { $patch: "replace", ...value } })),
  "set-image": (ctl, object, { container: name, image }) => `${ctl} set image ${object} ${quoted(`${name}=${image}`)}`,
  "set-env": (ctl, object, { container: name, name: variable, value }) =>
    `${ctl} set env ${object} -c ${quoted(name)} ${value === null ? quoted(`${variable}-`) : quoted(`${variable}=${value}`)}`,
  "patch-config": (ctl, object, { key, value, restart = [] }) => {
    const restarts = restart.map(
      (name) => `${ctl} rollout restart ${quoted(name.includes("/") ? name.toLowerCase() : `deployment/${name}`)}`,
    );
    return [patch(ctl, object, { data: { [key]: value } }, "merge"), ...restarts].join("\n");
  },
  "patch-selector": (ctl, object, { selector }) =>
    `${ctl} patch ${object} --type=json -p ${quoted(JSON.stringify([{ op: "replace", path: "/spec/selector", value: selector }]))}`,
  "patch-service-port": (ctl, object, params) => patch(ctl, object, { spec: { ports: [params] } }),
  "patch-quota": (ctl, object, { hard }) => patch(ctl, object, { spec: { hard } }, "merge"),
  "patch-hpa": (ctl, object, bounds) => patch(ctl, object, { spec: bounds }, "merge"),
  "create-hpa": (ctl, object, { minReplicas, maxReplicas, cpuPercent }) =>
    `${ctl} autoscale ${object} --min=${minReplicas} --max=${maxReplicas} --cpu=${cpuPercent}%`,
  "delete-pod": (ctl, object) => `${ctl} delete ${object}`,
  "evict-pod": (ctl, _object, _params, { namespace = "default", name }) => {
    const body = JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } });
    return `echo ${quoted(body)} | ${ctl} create --raw /api/v1/namespaces/${namespace}/pods/${name}/eviction -f -`;
  },
  "delete-job": (ctl, object) => `${ctl} delete ${object}`,
  "rerun-job": (ctl, object) =>
    `${ctl} get ${object} -o json | jq 'del(.metadata, .status, .spec.selector, .spec.template.metadata.labels) + {metadata: {generateName: "rerun-"}}' | ${ctl} create -f -`,
  "suspend-cronjob": (ctl, object) => patch(ctl, object, { spec: { suspend: true } }, "merge"),
  "resume-cronjob": (ctl, object) => patch(ctl, object, { spec: { suspend: false } }, "merge"),
  cordon: (ctl, _object, _params, { name }) => `${ctl} cordon ${quoted(name)}`,
  uncordon: (ctl, _object, _params, { name }) => `${ctl} uncordon ${quoted(name)}`,
  drain: (ctl, _object, _params, { name }) => `${ctl} drain ${quoted(name)} --ignore-daemonsets`,
  "remove-finalizer": (ctl, object, { finalizer }) =>
    `${ctl} edit ${object}  # remove ${finalizer} from metadata.finalizers`,
  "expand-volume": (ctl, object, { storage }) =>
    patch(ctl, object, { spec: { resources: { requests: { storage } } } }, "merge"),
  "patch-role": (ctl, object, { rules }) => patch(ctl, object, { rules }, "merge"),
  "restore-secret": (_ctl, _object, params) => steps(params),
  "soft-heal": (_ctl, _object, _params, target) =>
    `# POST to the heal endpoint of each running pod of ${refText(target)}`,
  "free-patch": (ctl, object, { patch: body }) => patch(ctl, object, body),
  guide: (_ctl, _object, params) => steps(params),
  none: () => "# nothing to do",
};

/**
 * The command with which a person would do the same as the action. For reading and copying: kubemend itself sends the
 * steps of a plan. Parameters that do not fit the action's schema give a comment instead of a wrong command.
 */
export function kubectlCommand(
  action: ActionCode,
  target: ObjectRef,
  params: Readonly<Record<string, unknown>>,
): string {
  const parsed = actionParams[action].safeParse(params);
  if (!parsed.success) return `# ${action} on ${refText(target)}: parameters are missing`;
  const ctl = `kubectl${target.namespace ? ` -n ${quoted(target.namespace)}` : ""}`;
  const object = quoted(`${target.kind.toLowerCase()}/${target.name}`);
  // The schema of this very action has just accepted the parameters.
  const command = commands[action] as Command<ActionCode>;
  return command(ctl, object, parsed.data as ActionParams<ActionCode>, target);
}
