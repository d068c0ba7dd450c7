import { makeRef, type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import type { LogFact } from "../gather/logs.ts";
import { configChangesOf, describeConfigChange, mentions } from "./config-changes.ts";
import { called, citeChange, citeLogs, freshLogs, isSettled } from "./patterns.ts";

// The quotes within may be escaped, as where a line is JSON.
const rbac =
  /\bcannot (get|list|watch|create|update|patch|delete|deletecollection) resource \\?"([a-z0-9./-]+)\\?" in API group \\?"([^"\\]*)\\?"/i;
/** Who is refused, as the API server calls the account of a pod. */
const accountNamed = /\bUser \\?"system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)\\?"/;
const named = /([a-z]+) \\?"([a-z0-9.-]+)\\?" is forbidden/i;
const address = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
/** The name of a setting; of a file the lines that were changed. */
const credentialSetting = /key|token|secret|passw?|credential|auth|user|acl/i;
const rightsKinds = new Set(["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount"]);

/** The newest change of rights or of a credential that this workload, or whom it calls, works with. */
function guilty(open: Case, workload: ObjectRef): Change | undefined {
  const rights = open.topology
    .usesOf(workload)
    .filter((use) => rightsKinds.has(use.ref.kind))
    .flatMap((use) => open.changesOf(use.ref));
  return rights.filter((change) => change.action !== "created").at(-1);
}

/** What a line says of its refusal. A database that does not take a password speaks of neither status. */
function refusalIn(lines: readonly LogFact[]): string {
  const text = lines.map(({ example }) => example).join("\n");
  if (/\b403\b|forbidden/i.test(text)) return "403 forbidden";
  return /\b401\b|unauthori[sz]ed/i.test(text) ? "401 unauthorized" : "its credentials are not accepted";
}

const refusalsOf = (open: Case, workload: ObjectRef) => freshLogs(open, workload, "forbidden", "unauthorized");

/** Is the client named that a server does not let in: `Access denied for user 'shop'@'10.244.0.5'`? */
function names(open: Case, { example }: LogFact, client: ObjectRef): boolean {
  return (example.match(address) ?? []).some((ip) =>
    open.topology.resolveHost(client.namespace, ip).workloads.some((ref) => sameRef(ref, client)),
  );
}

/** Lines that tell of the workload being refused: its own, and those of the servers that name it. A server that tells whom it refuses is not refused. */
function linesAbout(open: Case, workload: ObjectRef): readonly LogFact[] {
  const clients = open.topology.dependentsOf(workload, 1);
  const own = refusalsOf(open, workload).filter((line) => !clients.some((client) => names(open, line, client)));
  const isServer = open.topology.dependenciesOf(workload, 1).length === 0;
  if (isServer && clients.some((client) => refusalsOf(open, client).length > 0)) return [];
  const servers = open.topology.dependenciesOf(workload, 1);
  return [
    ...own,
    ...servers.flatMap((server) => refusalsOf(open, server).filter((line) => names(open, line, workload))),
  ];
}

const credential = /pass|pwd|user|login|cred|token|secret|key|auth|dsn|ur[il]|conn/i;

/** Secrets that a workload takes its credentials from, as far as its variables tell. */
function credentialsOf(open: Case, workload: ObjectRef): readonly ObjectRef[] {
  const uses = open.topology
    .usesOf(workload)
    .filter(({ ref, how }) => ref.kind === "Secret" && (how === "env" || how === "envFrom"));
  const telling = uses.filter(({ variable = "" }) => credential.test(variable));
  return uniqueRefs((telling.length > 0 ? telling : uses).map(({ ref }) => ref));
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const lines = linesAbout(open, workload);
  const fact = lines[0];
  if (!fact) return [];
  // A file that may not be read or executed is a matter of the image or the command.
  if (lines.every((line) => /EACCES|exec|open '?\//i.test(line.example) && !/40[13]|forbidden/i.test(line.example)))
    return [];
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
        lines.some((line) => mentions(line.example, item.field.after)) ||
        (!isSettled(open, workload, item.effectiveAt) &&
          (item.carrier.kind === "Secret" ||
            credentialSetting.test(`${item.field.name ?? ""}\n${item.field.after ?? ""}\n${item.field.before ?? ""}`))),
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
  const image = open.lastChange(workload, "image");
  const refusal = refusalIn(lines);
  const secrets = refusal === "403 forbidden" ? [] : credentialsOf(open, workload);
  const [secret] = secrets;
  if (!secret) return [make(workload, `${called(workload)} is refused (${refusal})`, image ? 0.6 : 0.66, image)];
  // Values of Secrets are not read: that they were changed, here or at the far side, nobody can see.
  const starting = open
    .podsOf(workload)
    .some(
      ({ ready, deletedAt, createdAt }) => !ready && deletedAt === undefined && createdAt > open.onset - 5 * 60_000,
    );
  return [
    make(
      secrets.length === 1 ? secret : workload,
      `what ${called(workload)} takes from ${secrets.map(called).join(" and ")} to log in is not accepted`,
      image ? 0.7 : starting ? 0.9 : 0.84,
      image,
      { workload },
    ),
  ];
}

/** Requests that are refused for lack of rights or with a wrong credential. */
export const permission: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
