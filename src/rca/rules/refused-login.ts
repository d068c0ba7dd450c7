import { hostsInFailure } from "../../cluster/host-names.ts";
import { namedClients } from "../../cluster/named-clients.ts";
import { refusalIn } from "../../cluster/refusal-words.ts";
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

/** Lines about a refusal differ where who has written them adds a place in its code. */
const toldChars = 46;

const refusalsIn = (lines: readonly LogFact[]): ReadonlySet<string> =>
  new Set(lines.flatMap(({ example }) => refusalIn(example)?.slice(0, toldChars) ?? []));

const farSides = (open: Case, workload: ObjectRef, { example }: LogFact): readonly ObjectRef[] =>
  hostsInFailure(example)
    .flatMap((host) => open.topology.resolveHost(workload.namespace, host).workloads)
    .filter((ref) => !sameRef(ref, workload));

/** It writes what somebody whom it calls has said of being refused, as a proxy does that quotes who is behind it. */
export function passesOn(open: Case, workload: ObjectRef, lines: readonly LogFact[]): boolean {
  const told = refusalsIn(lines);
  return (
    told.size > 0 &&
    open.topology.dependenciesOf(workload, 1).some((callee) => {
      const asked = freshLogs(open, callee, "unauthorized").filter((line) => farSides(open, callee, line).length > 0);
      const theirs = refusalsIn(asked);
      return [...told].every((words) => theirs.has(words));
    })
  );
}

/** Callers that say themselves that this server, or one with this user's login, refuses them. */
function complaining(open: Case, server: ObjectRef, lines: readonly LogFact[]): readonly ObjectRef[] {
  // Who names another far side was refused there.
  const own = lines.filter((line) => farSides(open, server, line).length === 0);
  const users = own.flatMap(({ example }) => ofUser.exec(example)?.[1] ?? []).map((user) => `user "${user}"`);
  if (own.length === 0) return [];
  return open.topology.dependentsOf(server, 1).filter((caller) => {
    const said = freshLogs(open, caller, "unauthorized", "forbidden").filter(
      (line) =>
        farSides(open, caller, line).some((ref) => sameRef(ref, server)) ||
        users.some((user) => line.example.includes(user)),
    );
    return said.length > 0 && !passesOn(open, caller, said);
  });
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
        hits: uniqueRefs([workload, ...lines.flatMap((line) => farSides(open, workload, line))]),
        facts: { workload, ...(use.key ? { key: use.key } : {}) },
      },
      open,
    ),
  ];
}
