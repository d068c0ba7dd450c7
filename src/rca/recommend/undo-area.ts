import { asKind, asWorkload, type Container, isKind, type Probe } from "../../cluster/kubernetes-types.ts";
import { isWholeValue } from "../../cluster/light-config.ts";
import { isRolloutKind, podSpecOf } from "../../cluster/workload.ts";
import type { ActionParams } from "../../incident/fix/action-params.ts";
import { probeSchema } from "../../incident/fix/action-params.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import { type Change, fieldsOf } from "../gather/changes.ts";
import type { FieldArea, FieldChange } from "../gather/field-diff.ts";
import { imagePair } from "../gather/field-words.ts";
import { isSecretName } from "../redact/find-secrets.ts";
import { isReleaseMark } from "../rules/release-mark.ts";
import { type Fix, fix } from "./fix.ts";

type Probes = "liveness" | "readiness" | "startup";

function containerBefore(change: Change, name: string | undefined): Container | undefined {
  const spec = podSpecOf(change.before);
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name);
}

function undoResources(change: Change): readonly Fix[] {
  const names = new Set(fieldsOf(change, "resources").map((field) => field.container));
  return [...names].flatMap((name) => {
    const before = containerBefore(change, name)?.resources;
    const fields = fieldsOf(change, "resources").filter((field) => field.container === name);
    // A limit that was not there before cannot be taken away by setting a value.
    if (!name || fields.some((field) => field.before === undefined)) return [];
    const pick = (part: "requests" | "limits") => {
      const keys = fields.filter((field) => field.path.includes(`.${part}`)).map((field) => field.name ?? "");
      const all = before?.[part] ?? {};
      // What belongs together is put back together: a request above its limit would be refused.
      const other = keys.flatMap((key) => (key in all ? [[key, all[key] ?? ""]] : []));
      return other.length > 0 ? Object.fromEntries(other) : undefined;
    };
    const requests = pick("requests");
    const limits = pick("limits");
    if (!requests && !limits) return [];
    const params: ActionParams<"patch-resources"> = {
      container: name,
      ...(requests ? { requests } : {}),
      ...(limits ? { limits } : {}),
    };
    return [
      fix(
        "patch-resources",
        change.ref,
        params,
        `puts the resources of container ${name} back to what they were before`,
      ),
    ];
  });
}

function undoProbe(change: Change, probe: Probes): readonly Fix[] {
  const container = fieldsOf(change, probe)[0]?.container;
  if (!container) return [];
  const before: Probe | undefined = containerBefore(change, container)?.[`${probe}Probe`];
  const value = before === undefined ? null : probeSchema.safeParse(before).data;
  return value === undefined
    ? []
    : [
        fix(
          "patch-probe",
          change.ref,
          { container, probe, value },
          `puts the ${probe} probe of container ${container} back to what it was before`,
        ),
      ];
}

/** How well it fits to put back one of several variables that a change has set: which of them did it is not known. */
const oneOfSeveral = 0.6;

function undoEnv(change: Change): readonly Fix[] {
  // The name by which a release goes does nothing.
  const fields = fieldsOf(change, "env").filter((field) => !isReleaseMark(field));
  return fields.flatMap((field) => {
    const before = containerBefore(change, field.container)?.env?.find((item) => item.name === field.name);
    // References cannot be put back as plain values, and secret values must not be shown in a plan; the rollback does both.
    if (
      !field.container ||
      !field.name ||
      before?.valueFrom ||
      (before && before.value === undefined) ||
      isSecretName(field.name)
    )
      return [];
    const value = before?.value ?? null;
    return [
      fix(
        "set-env",
        change.ref,
        { container: field.container, name: field.name, value },
        value === null ? `removes the variable ${field.name} again` : `puts ${field.name} back to ${value}`,
        fields.length > 1 ? oneOfSeveral : 1,
      ),
    ];
  });
}

function undoImage(change: Change): readonly Fix[] {
  return fieldsOf(change, "image").flatMap((field) =>
    field.container && field.before
      ? [
          fix(
            "set-image",
            change.ref,
            { container: field.container, image: field.before },
            `puts the image of container ${field.container} back to ${imagePair(field.before, field.after ?? field.before)[0]}`,
            0.95,
          ),
        ]
      : [],
  );
}

function undoData(open: Case, change: Change, key: string | undefined, restart: readonly ObjectRef[]): readonly Fix[] {
  if (change.ref.kind === "Secret") {
    return [
      fix(
        "restore-secret",
        change.ref,
        {
          ...(key ? { keys: [key] } : {}),
          steps: [
            `Put the earlier value of ${key ? `key ${key}` : "the changed keys"} back into Secret ${change.ref.name} from your vault or backup (kubemend never reads values of secrets).`,
            ...restart.map(
              (ref) =>
                `Restart ${ref.kind} ${ref.name} so that it reads the value again: kubectl -n ${ref.namespace} rollout restart ${ref.kind.toLowerCase()}/${ref.name}`,
            ),
          ],
        },
        `the Secret must hold what it held before`,
      ),
    ];
  }
  const before = asKind(change.before, "ConfigMap")?.data ?? {};
  const after = asKind(change.after, "ConfigMap")?.data ?? {};
  const keys = fieldsOf(change, "data")
    .map((field) => field.name ?? "")
    .filter((name) => name !== "" && (key === undefined || name === key));
  const names = restart
    .filter((ref) => isRolloutKind(ref.kind))
    .map((ref) => (ref.kind === "Deployment" ? ref.name : `${ref.kind.toLowerCase()}/${ref.name}`));
  if (!open.observation.objects.get("ConfigMap", change.ref.namespace, change.ref.name)) return [];
  return keys.flatMap((name) =>
    // Nobody has the whole of a value that was cut: what is put back must be what was there.
    before[name] === after[name] || !isWholeValue(change.before, name)
      ? []
      : [
          fix(
            "patch-config",
            change.ref,
            { key: name, value: before[name] ?? null, ...(names.length > 0 ? { restart: names } : {}) },
            `puts ${name} back to ${before[name] ?? "being absent"}${names.length > 0 ? ` and restarts ${names.join(", ")}` : ""}`,
          ),
        ],
  );
}

/** What undoes exactly the changed fields of one area, with values out of the object's history. */
export function undoArea(
  open: Case,
  change: Change,
  area: FieldArea,
  options: { readonly key?: string; readonly restart?: readonly ObjectRef[] } = {},
): readonly Fix[] {
  const before = change.before;
  const field: FieldChange | undefined = fieldsOf(change, area)[0];
  switch (area) {
    case "resources":
      return undoResources(change);
    case "liveness":
    case "readiness":
    case "startup":
      return undoProbe(change, area);
    case "env":
      return undoEnv(change);
    case "image":
      return undoImage(change);
    case "data":
      return undoData(open, change, options.key, options.restart ?? []);
    case "replicas": {
      const replicas = asWorkload(before)?.spec.replicas;
      return replicas === undefined
        ? []
        : [
            fix(
              "scale",
              change.ref,
              { replicas },
              `puts ${change.ref.name} back to ${replicas} replica${replicas === 1 ? "" : "s"}`,
            ),
          ];
    }
    case "selector": {
      const selector = asKind(before, "Service")?.spec.selector;
      return change.ref.kind === "Service" && selector
        ? [
            fix(
              "patch-selector",
              change.ref,
              { selector: { ...selector } },
              "puts the selector back to what it was before",
            ),
          ]
        : [];
    }
    case "quota": {
      const hard = asKind(before, "ResourceQuota")?.spec?.hard;
      return isKind(change.after, "ResourceQuota") && hard
        ? [fix("patch-quota", change.ref, { hard: { ...hard } }, "puts the quota back to what it was before")]
        : [];
    }
    case "cordon":
      return [fix("uncordon", change.ref, {}, "opens the node for new pods again")];
    case "suspend":
      return [
        field?.after === "true"
          ? fix("resume-cronjob", change.ref, {}, "lets it run again")
          : fix("suspend-cronjob", change.ref, {}, "stops it again"),
      ];
    case "rights": {
      const rules = (before as { rules?: ActionParams<"patch-role">["rules"] } | undefined)?.rules;
      return rules
        ? [fix("patch-role", change.ref, { rules }, "puts the rules of the role back to what they were before")]
        : [];
    }
    default:
      return [];
  }
}
