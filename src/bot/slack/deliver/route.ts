import type { Incident } from "../../../incident/incident.ts";
import type { Severity } from "../../../incident/severity.ts";

/** Which incidents go to a channel. Every condition that is given must hold; the first route that matches decides. */
export interface Route {
  /** Names with `*` for any run of characters. */
  readonly namespaces?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
  /** Labels of the incident's target, all of them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly channel: string;
}

function fits(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  const last = rest.pop() ?? "";
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** The channel of an incident; undefined when no route matches. Cluster-scoped targets are in no namespace. */
export function channelOf(
  routes: readonly Route[],
  incident: Pick<Incident, "target" | "severity">,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const { target, severity } = incident;
  return routes.find(
    (route) =>
      (route.namespaces === undefined || route.namespaces.some((pattern) => fits(pattern, target.namespace ?? ""))) &&
      (route.severities === undefined || route.severities.includes(severity)) &&
      Object.entries(route.labels ?? {}).every(([name, value]) => labels[name] === value),
  )?.channel;
}
