import { asWorkload } from "../../cluster/kubernetes-types.ts";
import { looksLikeDatabase } from "../../cluster/looks-like-database.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { LogFact } from "../gather/logs.ts";
import { called, citeChange, citeLogs, freshLogs, readyPods, unprovenChange } from "./patterns.ts";

/**
 * What a database answers to a statement that waited for a lock, or took, for longer than it may: PostgreSQL, MySQL and MariaDB, SQL
 * Server, MongoDB, Oracle (their lists of error messages).
 */
const givenUp =
  /cancel+ing statement due to (?:statement|lock) timeout|lock wait timeout exceeded|lock request time ?out|maximum statement execution time exceeded|MaxTimeMSExpired|operation exceeded time limit|resource busy and acquire with NOWAIT/i;

const told = (open: Case, ref: ObjectRef): readonly LogFact[] =>
  freshLogs(open, ref).filter(({ example }) => givenUp.test(example));

function judge(open: Case, database: ObjectRef): readonly Candidate[] {
  const object = asWorkload(open.observation.objects.find(database)?.object);
  if (!object || !looksLikeDatabase(object, open.topology.servicesOf(database), open.observation)) return [];
  // Who is not there, or not ready, answers nobody.
  if (readyPods(open, database).length === 0) return [];
  const callers = open.topology.dependentsOf(database, 1).filter((caller) => told(open, caller).length > 0);
  const lines = [...told(open, database), ...callers.flatMap((caller) => told(open, caller))];
  if (callers.length === 0 || lines.length === 0) return [];
  // A new release, or a new setting, of whose statements they are may ask for more than before.
  const changes = [database, ...callers].map((ref) => unprovenChange(open, ref, "image", "env", "command"));
  const change = changes.find((one) => one !== undefined);
  return [
    candidate(
      {
        cause: "slow-dependency",
        culprit: database,
        statement: `${called(database)} gives up statements of ${callers.map(({ name }) => name).join(", ")}: they wait for a lock, or take longer than they may`,
        evidence: citeLogs(open, lines, 3),
        against: citeChange(open, change),
        specificity: 0.9 - (change ? 0.2 : 0),
        hits: [database, ...open.topology.dependentsOf(database, 1)],
        facts: { callers },
      },
      open,
    ),
  ];
}

/** A database that is there, and whose statements do not come to an end in time. */
export const givenUpStatements: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
