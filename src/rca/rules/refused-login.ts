import { hostsInFailure } from "../../cluster/host-names.ts";
import { namedClients } from "../../cluster/named-clients.ts";
import type { Use } from "../../cluster/use.ts";
import { type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { LogFact } from "../gather/logs.ts";
import { called, citeLogs, freshLogs } from "./patterns.ts";

/** Names under which programs are told how to sign in. */
const credential = /pass|pwd|token|secret|credential|auth|key|user|login|ur[li]|dsn|connection/i;
/** Pods that are refused so soon after their start never were let in. */
const startMs = 90_000;

/** `password authentication failed for user "shop"`: whose login it is. */
const ofUser = /\buser ["'`]?([\w.-]{2,60})/i;

/** Callers that say themselves that this server, or one with this user's login, refuses them. */
function complaining(open: Case, server: ObjectRef, lines: readonly LogFact[]): readonly ObjectRef[] {
  const names = [server, ...open.topology.servicesOf(server)].map(({ name }) => name);
  const users = lines.flatMap(({ example }) => ofUser.exec(example)?.[1] ?? []).map((user) => `user "${user}"`);
  return open.topology
    .dependentsOf(server, 1)
    .filter((caller) =>
      freshLogs(open, caller, "unauthorized", "forbidden").some(
        ({ example }) =>
          hostsInFailure(example).some((host) => names.includes(host)) || users.some((user) => example.includes(user)),
      ),
    );
}

/** Who is refused: by the log of who refuses, or, where that has no addresses, by their own. */
export function refusedClients(open: Case, server: ObjectRef, lines: readonly LogFact[]): readonly ObjectRef[] {
  const named = uniqueRefs(lines.flatMap(({ example }) => namedClients(example, server, () => open.topology)));
  return named.length > 0 ? named : complaining(open, server, lines);
}

/** Words of a name that tell it from others: `RABBITMQ_PASSWORD` and `rabbitmq-credentials` are about rabbitmq. */
const wordsOf = (name: string) =>
  name
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 3 && !credential.test(word));

/** The Secret with the credential that is refused, by what it is used for; undefined where it may be one of several. */
function secretOf(open: Case, workload: ObjectRef, lines: readonly LogFact[]): Use | undefined {
  const uses = open.topology
    .usesOf(workload)
    .filter(
      ({ ref, how, variable, key }) =>
        ref.kind === "Secret" && how !== "image-pull" && credential.test(`${variable} ${key} ${ref.name}`),
    );
  const text = lines.map(({ example }) => example.toLowerCase()).join("\n");
  const told = uses.filter(({ ref, variable }) =>
    wordsOf(`${ref.name} ${variable ?? ""}`).some((word) => text.includes(word)),
  );
  const left = told.length > 0 ? told : uses;
  return new Set(left.map(({ ref }) => ref.name)).size === 1 ? left[0] : undefined;
}

/**
 * A login that is refused, where the credential is from a Secret: its values are never read, so who is refused shows that they
 * do not fit. Pods that were refused from their start on, as after a restart, got others than those before them.
 */
export function refusedLogin(open: Case, workload: ObjectRef, lines: readonly LogFact[]): readonly Candidate[] {
  const use = secretOf(open, workload, lines);
  if (!use) return [];
  const variables = open.topology
    .usesOf(workload)
    .flatMap(({ ref, variable }) => (sameRef(ref, use.ref) && variable ? [variable] : []));
  const since = Math.min(...lines.map(({ first }) => first));
  const fresh = open.podsOf(workload).some(({ createdAt }) => createdAt <= since && since - createdAt < startMs);
  return [
    candidate(
      {
        cause: "permission-denied",
        culprit: use.ref,
        statement: `the login of ${called(workload)} is refused${fresh ? " since its pods were started anew" : ""}, and its credential is from ${called(use.ref)}${variables.length > 0 ? ` (${[...new Set(variables)].join(", ")})` : ""}`,
        evidence: citeLogs(open, lines, 2),
        specificity: fresh ? 0.86 : 0.8,
        hits: [workload],
        facts: { workload, ...(use.key ? { key: use.key } : {}) },
      },
      open,
    ),
  ];
}
