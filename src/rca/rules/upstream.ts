import { hostsInFailure, hostsInValue } from "../../cluster/host-names.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { FieldChange } from "../gather/field-diff.ts";
import { metricFinding } from "../gather/metrics.ts";
import { configChangesOf, describeConfigChange, placeOfSetting } from "./config-changes.ts";
import { called, citeChange, citeLogs, freshLogs, isSettled, isSymptomatic } from "./patterns.ts";

const urlParts = /[a-z][a-z0-9+.-]*:\/\/[^\s"']+|(?<=^|[\s,;=@("'])[a-z0-9][a-z0-9.-]{0,252}:\d{1,5}(?=$|[\s,;/)"'])/gi;

/** True when a value's address changed: another host, or the same with another port or path. */
export function hostChange(field: FieldChange): boolean {
  const name = field.name ?? "";
  if (field.after === undefined) return false;
  // An address that was not set before replaces the one that the program comes with.
  const before = hostsInValue(name, field.before ?? "");
  const after = hostsInValue(name, field.after);
  if (before.length === 0 && after.length === 0) return false;
  if (before.join() !== after.join()) return true;
  const urls = (text: string) => (text.match(urlParts) ?? []).join();
  return urls(field.before ?? "") !== urls(field.after);
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (!isSymptomatic(open, workload) && workload.kind !== "CronJob") return [];
  const failures = freshLogs(open, workload, "name-not-found", "refused", "timeout", "upstream", "reset", "forbidden");
  const found: Candidate[] = [];
  for (const item of configChangesOf(open, workload)) {
    const { field, change, carrier } = item;
    if (!item.effective || !hostChange(field)) continue;
    const hosts = hostsInValue(field.name ?? "", field.after ?? "");
    const before = hostsInValue(field.name ?? "", field.before ?? "");
    const named = failures.filter(
      (fact) =>
        hosts.some((host) => fact.example.includes(host)) ||
        hostsInFailure(fact.example).some((host) => [...hosts, ...before].includes(host)),
    );
    const peers = open
      .shifts("client_error_ratio", { namespace: workload.namespace ?? "", workload: workload.name })
      .filter(
        (shift) =>
          shift.after > 0.1 &&
          [...hosts, ...before].some((host) => host.split(".")[0] === (shift.labels.peer ?? "").split(/[.:]/)[0]),
      );
    const broken = named.length > 0 || peers.length > 0;
    if (named.length === 0 && isSettled(open, workload, item.effectiveAt)) continue;
    const unknown = hosts.some((host) => open.topology.resolveHost(workload.namespace, host).workloads.length === 0);
    found.push(
      candidate(
        {
          cause: "bad-upstream-url",
          culprit: carrier,
          statement: `${describeConfigChange(item)}, and ${called(workload)} cannot reach ${hosts[0] ?? "that address"}${unknown ? ", which is no service of this cluster" : ""}`,
          evidence: [
            ...citeChange(open, change),
            ...citeLogs(open, named.length > 0 ? named : failures, 2),
            ...open.cite(...peers.slice(0, 1).map((shift) => metricFinding(shift, workload))),
          ],
          // A job that fails is told as such; the address is then its reason.
          specificity: (broken ? 0.97 : failures.length > 0 ? 0.9 : 0.7) - (workload.kind === "CronJob" ? 0.06 : 0),
          hits: [workload],
          change,
          facts: {
            workload,
            ...placeOfSetting(item),
          },
        },
        open,
      ),
    );
  }
  if (found.length > 0) return found;
  return configuredNowhere(open, workload);
}

/** No change in sight: an address in the environment that names nothing, and calls to it that fail by name. */
function configuredNowhere(open: Case, workload: ObjectRef): readonly Candidate[] {
  const unresolved = freshLogs(open, workload, "name-not-found");
  const spec = podSpecOf(open.observation.objects.find(workload)?.object);
  for (const fact of unresolved) {
    for (const container of spec?.containers ?? []) {
      for (const { name, value, valueFrom } of container.env ?? []) {
        const map = valueFrom?.configMapKeyRef;
        const object = map?.name ? open.observation.objects.get("ConfigMap", workload.namespace, map.name) : undefined;
        const text = value ?? object?.data?.[map?.key ?? ""] ?? "";
        const host = hostsInValue(name, text).find((item) => fact.example.includes(item));
        if (!host || open.topology.resolveHost(workload.namespace, host).service || host.split(".").length > 3)
          continue;
        const image = open.lastChange(workload, "image", "env");
        return [
          candidate(
            {
              cause: "bad-upstream-url",
              culprit: object
                ? { kind: "ConfigMap", namespace: workload.namespace, name: object.metadata.name }
                : workload,
              statement: `${name} of ${called(workload)} points at ${host}, a name that does not exist`,
              evidence: [...citeLogs(open, [fact]), ...citeChange(open, image)],
              specificity: 0.82,
              hits: [workload],
              facts: { workload, container: container.name, variable: name, ...(map ? { key: map.key } : {}) },
              ...(image ? { change: image } : {}),
            },
            open,
          ),
        ];
      }
    }
  }
  return [];
}

/** Configuration that points at a wrong host or port. */
export const upstream: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
