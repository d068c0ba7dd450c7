import type { ObjectRef } from "../../incident/object-ref.ts";
import { makeRef, sameRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import type { LogFact } from "../gather/logs.ts";
import { quotable, quotesOne } from "./changed-words.ts";
import { type ConfigChange, configChangesOf, describeConfigChange } from "./config-changes.ts";
import { called, citeChange, citeLogs, freshLogs, isSettled, isSymptomatic } from "./patterns.ts";
import { passesOn, refusedClients, refusedLogin } from "./refused-login.ts";

// The quotes within may be escaped, as where a line is JSON.
const rbac =
  /\bcannot (get|list|watch|create|update|patch|delete|deletecollection) resource \\?"([a-z0-9./-]+)\\?" in API group \\?"([^"\\]*)\\?"/i;
/** Who is refused, as the API server calls the account of a pod. */
const accountNamed = /\bUser \\?"system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)\\?"/;
const named = /([a-z]+) \\?"([a-z0-9.-]+)\\?" is forbidden/i;
/** Settings that decide who is let in. */
const access = /key|token|secret|password|credential|auth|user/i;
const requires = /pass(?:word|wd)?\b|requirepass|auth|token|credential/i;
const rightsKinds = new Set(["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount"]);

/** The newest change of rights or of a credential that this workload, or whom it calls, works with. */
function guilty(open: Case, workload: ObjectRef): Change | undefined {
  const rights = open.topology
    .usesOf(workload)
    .filter((use) => rightsKinds.has(use.ref.kind))
    .flatMap((use) => open.changesOf(use.ref));
  return rights.filter((change) => change.action !== "created").at(-1);
}

/** A configuration file of which the lines that were changed are about who is let in. */
const rulesAccess = ({ carrier, field }: ConfigChange): boolean =>
  carrier.kind === "ConfigMap" && requires.test(`${field.before ?? ""}\n${field.after ?? ""}`);

/** How a workload is refused, in the words of its log. */
function refusal(lines: readonly LogFact[]): string {
  const text = lines.map(({ example }) => example).join("\n");
  if (/\b403\b|forbidden/i.test(text)) return "403 forbidden";
  if (/\b401\b|unauthori[sz]ed/i.test(text)) return "401 unauthorized";
  return lines.some(({ signs }) => signs.includes("unauthorized")) ? "its login is not accepted" : "access denied";
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const forbidden = freshLogs(open, workload, "forbidden");
  const unauthorized = freshLogs(open, workload, "unauthorized").filter((line) => !forbidden.includes(line));
  const lines = [...forbidden, ...unauthorized];
  const fact = lines[0];
  if (!fact) return [];
  // A file that may not be read or executed is a matter of the image or the command.
  if (lines.every((line) => /EACCES|exec|open '?\//i.test(line.example) && !/40[13]|forbidden/i.test(line.example)))
    return [];
  if (passesOn(open, workload, lines)) return [];
  const clients = refusedClients(open, workload, lines);
  // Who refuses has done its part; who is refused tells so itself, or is told of here, where that is what is amiss.
  if (clients.length > 0 && !isSymptomatic(open, workload)) return [];
  if (clients.length > 0)
    return clients
      .filter((client) => !open.scope.some((ref) => sameRef(ref, client)))
      .flatMap((client) => refusedLogin(open, client, lines).map((one) => ({ ...one, hits: [workload, ...one.hits] })));
  const refused = lines.map((line) => rbac.exec(line.example)).find(Boolean);
  const object = lines.map((line) => named.exec(line.example)?.[2]).find(Boolean);
  const permission = refused
    ? {
        verb: refused[1] ?? "get",
        resource: refused[2] ?? "",
        group: refused[3] ?? "",
        ...(object ? { name: object } : {}),
      }
    : undefined;
  const change = guilty(open, workload);
  const identity = open.lastChange(workload, "identity");
  const evidence = citeLogs(open, lines, 2);
  const make = (
    culprit: ObjectRef,
    statement: string,
    specificity: number,
    by?: Change,
    facts: Candidate["facts"] = {},
  ) =>
    candidate(
      {
        cause: "permission-denied",
        culprit,
        statement,
        evidence: [...evidence, ...citeChange(open, by)],
        specificity,
        hits: [workload],
        facts: { workload, ...(permission ? { permission } : {}), ...facts },
        ...(by ? { change: by } : {}),
      },
      open,
    );
  const what = permission
    ? `${permission.verb} ${permission.resource}${permission.name ? ` "${permission.name}"` : ""}`
    : "do what it asks for";
  if (change)
    return [
      make(
        change.ref,
        `${called(change.ref)} was ${change.action}, and ${called(workload)} may no longer ${what}`,
        0.97,
        change,
      ),
    ];
  if (identity)
    return [
      make(workload, `${called(workload)} runs under another service account, which may not ${what}`, 0.96, identity),
    ];
  const peers = [workload, ...open.topology.dependenciesOf(workload, 1), ...open.topology.dependentsOf(workload, 1)];
  for (const peer of peers) {
    const setting = configChangesOf(open, peer).find(
      (item) =>
        lines.some((line) => quotesOne(line.example, quotable(item.field.after))) ||
        (!isSettled(open, workload, item.effectiveAt) &&
          (item.carrier.kind === "Secret" || access.test(item.field.name ?? "") || rulesAccess(item))),
    );
    if (!setting) continue;
    const secret = setting.carrier.kind === "Secret";
    return [
      make(
        setting.carrier,
        secret
          ? `the values of ${called(setting.carrier)} were changed, and ${called(workload)} is refused since`
          : `${describeConfigChange(setting)}, and ${called(workload)} is refused since`,
        0.95,
        setting.change,
        {
          workload: peer,
          ...(setting.container ? { container: setting.container } : {}),
          ...(secret || setting.carrier.kind === "ConfigMap"
            ? { key: setting.field.name ?? "" }
            : { variable: setting.field.name ?? "" }),
        },
      ),
    ];
  }
  if (refused) {
    const role = open.topology.usesOf(workload).find((use) => use.ref.kind === "Role");
    const [, home, told] = lines.map((line) => accountNamed.exec(line.example)).find(Boolean) ?? [];
    const own = open.topology.usesOf(workload).find((use) => use.how === "identity")?.ref;
    const account = told ? makeRef("ServiceAccount", home, told) : own;
    return [
      make(
        role ? role.ref : (account ?? makeRef("ServiceAccount", workload.namespace, "default")),
        `the service account of ${called(workload)} may not ${what}`,
        0.82,
      ),
    ];
  }
  if (lines.some(({ signs }) => signs.includes("unauthorized"))) {
    const login = refusedLogin(open, workload, lines);
    if (login.length > 0) return login;
  }
  const image = open.lastChange(workload, "image");
  return [make(workload, `${called(workload)} is refused (${refusal(lines)})`, image ? 0.6 : 0.66, image)];
}

/** Requests that are refused for lack of rights or with a wrong credential. */
export const permission: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
