import type { Container, Probe } from "../../cluster/kubernetes-types.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import type { ActionParams } from "../../incident/fix/action-params.ts";
import { probeSchema } from "../../incident/fix/action-params.ts";
import { type Change, fieldsOf } from "../gather/changes.ts";
import { imagePair } from "../gather/field-words.ts";
import { isSecretName } from "../redact/find-secrets.ts";
import { isReleaseMark } from "../rules/release-mark.ts";
import { type Fix, fix } from "./fix.ts";

function containerBefore(change: Change, name: string | undefined): Container | undefined {
  const spec = podSpecOf(change.before);
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name);
}

/** Requests and limits that a change has set, put back a container at a time. */
export function undoResources(change: Change): readonly Fix[] {
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

/** The whole probe as it was, or none where there was none. */
export function undoProbe(change: Change, probe: "liveness" | "readiness" | "startup"): readonly Fix[] {
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

/** Variables put back one by one; what was taken from a Secret or another object is left to the rollback. */
export function undoEnv(change: Change): readonly Fix[] {
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

/** The images of before; a container that is new has none. */
export function undoImage(change: Change): readonly Fix[] {
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
