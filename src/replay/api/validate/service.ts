import { type ApiObject, listAt, objectAt, objectsAt, stringAt, stringsAt } from "../json.ts";
import type { FieldError } from "../status-errors.ts";
import { portNumberErrors } from "./container.ts";
import { duplicates, duplicateValue, invalidValue, requiredValue, unsupportedValue } from "./field-errors.ts";
import { labelErrors, labelProblem, portNameProblem } from "./names.ts";

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

/** Ports, names and the selector; addresses are given by the server and not looked at. */
export function serviceErrors(object: ApiObject): FieldError[] {
  const spec = objectAt(object, "spec");
  const ports = objectsAt(spec, "ports");
  const type = stringAt(spec, "type") ?? "";
  const errors: FieldError[] = [];
  if (ports.length === 0 && type !== "ExternalName" && stringAt(spec, "clusterIP") !== "None")
    errors.push(requiredValue("spec.ports"));
  for (const [i, port] of ports.entries()) {
    const field = `spec.ports[${i}]`;
    const name = stringAt(port, "name") ?? "";
    if (name === "" && ports.length > 1) errors.push(requiredValue(`${field}.name`));
    const problem = name === "" ? undefined : labelProblem(name);
    if (problem !== undefined) errors.push(invalidValue(`${field}.name`, name, problem));
    errors.push(...portNumberErrors(port["port"] ?? 0, `${field}.port`));
    const target = port["targetPort"];
    if (typeof target === "number") errors.push(...portNumberErrors(target, `${field}.targetPort`));
    const badTarget = typeof target === "string" ? portNameProblem(target) : undefined;
    if (badTarget !== undefined) errors.push(invalidValue(`${field}.targetPort`, target, badTarget));
  }
  const named = ports.map((p) => stringAt(p, "name") ?? "");
  errors.push(
    ...duplicates(named, (n) => (n === "" ? undefined : n)).map((d) =>
      duplicateValue(`spec.ports[${d.index}].name`, d.key),
    ),
  );
  const places = ports.map((port) => `${stringAt(port, "protocol") ?? "TCP"}/${String(port["port"])}`);
  for (const { index } of duplicates(places, (place) => place)) {
    const { protocol = "TCP", port } = ports[index] ?? {};
    errors.push(duplicateValue(`spec.ports[${index}]`, { protocol, port }));
  }
  errors.push(...labelErrors(stringsAt(spec, "selector"), "spec.selector"));
  if (!types.includes(type)) errors.push(unsupportedValue("spec.type", type, types));
  return errors;
}

/** The cluster address is fixed once it is given, but an update may leave it out. */
export function serviceUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const [old, next] = [stringAt(before, "spec", "clusterIP"), stringAt(after, "spec", "clusterIP")];
  if (old === undefined || old === "" || old === next || stringAt(after, "spec", "type") === "ExternalName") return [];
  return [invalidValue("spec.clusterIPs[0]", listAt(after, "spec", "clusterIPs"), "may not change once set")];
}
