import { isRolloutKind, podSpecOf } from "../../cluster/workload.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { ActionParams } from "../../incident/fix/action-params.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide, openFix } from "./fix.ts";
import { restart, scaleUp } from "./resources.ts";
import { restoreGuide, rollback, undoChange } from "./undo-change.ts";

type Fixes = readonly (Fix | undefined)[];

/** Workloads that read the object and must start again to see a new value. */
function readers(open: Case, ref: ObjectRef): readonly ObjectRef[] {
  return open.topology.usersOf(ref).filter(({ kind }) => isRolloutKind(kind));
}

/** The newest value that a variable had in the workload's history. */
function earlierValue(open: Case, workload: ObjectRef, container: string, variable: string): string | undefined {
  const versions = [...open.observation.objects.versions(workload)].reverse();
  for (const { object } of versions) {
    const spec = podSpecOf(object);
    const value = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
      .find((part) => part.name === container)
      ?.env?.find((part) => part.name === variable)?.value;
    if (value) return value;
  }
  return undefined;
}

function missingEnv(open: Case, item: Candidate): Fixes {
  const { container = item.culprit.name, variable = "" } = item.facts;
  const value = earlierValue(open, item.culprit, container, variable);
  const back = item.change && rollback(open, item.change, `goes back to the revision that did not need ${variable}`);
  if (value !== undefined)
    return [
      fix(
        "set-env",
        item.culprit,
        { container, name: variable, value },
        `sets ${variable} to the value that it had before`,
      ),
      back,
    ];
  return [
    openFix(
      "set-env",
      item.culprit,
      { container, name: variable },
      [{ name: "value", why: `${variable} was never set in this cluster, so its value is not known here` }],
      `sets the variable that the process asks for`,
      0.95,
    ),
    back,
  ];
}

/** Adds the refused verb to a role that exists. */
function grant(open: Case, item: Candidate): Fix | undefined {
  const { permission } = item.facts;
  const role = open.observation.objects.find(item.culprit)?.object as
    | { rules?: ActionParams<"patch-role">["rules"] }
    | undefined;
  if (!permission || item.culprit.kind !== "Role") return undefined;
  const rule = {
    apiGroups: [permission.group],
    resources: [permission.resource],
    verbs: [permission.verb],
    ...(permission.name ? { resourceNames: [permission.name] } : {}),
  };
  return fix(
    "patch-role",
    item.culprit,
    { rules: [...(role?.rules ?? []), rule] },
    `allows ${permission.verb} on ${permission.resource}`,
    0.85,
  );
}

/** Kubernetes can be asked what an account may do; a database or a broker is asked in its own way. */
function rightsGuide({ culprit, facts }: Candidate, workload: ObjectRef): Fix {
  const ofAccount = facts.permission !== undefined || /Role|ServiceAccount/.test(culprit.kind);
  const steps = ofAccount
    ? [
        `kubectl -n ${workload.namespace} auth can-i --list --as=system:serviceaccount:${workload.namespace}:<account>`,
        "Compare with what the log says is refused.",
      ]
    : culprit.kind === "Secret"
      ? [
          `kubectl -n ${culprit.namespace} get secret ${culprit.name} -o yaml --show-managed-fields  # who wrote which key, and when`,
          `Compare the user and the password with what the side that refuses them knows, and restart ${workload.kind} ${workload.name} after they fit.`,
        ]
      : [
          `kubectl -n ${workload.namespace} logs ${workload.kind.toLowerCase()}/${workload.name} --since=10m`,
          "Look up which user the log names and what is refused to it, and grant that where it is refused.",
        ];
  return guide(culprit, steps, "rights or a credential must be put right", 0.5);
}

function rightsFixes(open: Case, item: Candidate): Fixes {
  const { change, culprit, facts } = item;
  return [
    grant(open, item),
    change && rollback(open, change, "goes back to the revision that was allowed"),
    rightsGuide(item, facts.workload ?? culprit),
  ];
}

/** Clients that may have no more connections, and a server that has none left, want opposite things of their callers. */
function poolFixes(open: Case, { change, culprit, facts }: Candidate): Fixes {
  const workload = facts.workload ?? culprit;
  if (!facts.callers)
    return [
      restart(workload, "gives back the connections that are held", 0.85),
      change && rollback(open, change, "goes back to the release that did not use up its connections", 0.8),
      scaleUp(open, workload, "adds pods, each with a pool of its own", 0.6),
    ];
  return [
    restart(workload, "ends its connections, and lets clients begin anew", 0.6),
    guide(
      culprit,
      [
        facts.callers.length > 0
          ? `Ask ${workload.name} which clients hold its connections; it is called by ${facts.callers.map(({ name }) => name).join(", ")}.`
          : `Ask whom ${workload.name} connects to which clients hold its connections.`,
        "Stop or shrink the one that holds too many, or raise the limit of connections.",
      ],
      "more pods of a caller would ask for more connections",
      0.7,
    ),
  ];
}

function referenceFixes(open: Case, { change, culprit }: Candidate): Fixes {
  return [
    change && rollback(open, change, "goes back to the revision whose references exist"),
    guide(
      culprit,
      [
        `Create what is missing, or correct the reference in ${culprit.kind} ${culprit.name}.`,
        `kubectl -n ${culprit.namespace} get configmaps,secrets`,
      ],
      "the object or key does not exist",
      0.7,
    ),
  ];
}

function valueFixes(open: Case, { change, culprit, facts }: Candidate): Fixes {
  return [
    change && rollback(open, change, "goes back to the revision before the change", 0.85),
    guide(
      culprit,
      [`Compare the configuration of ${culprit.kind} ${culprit.name} with what the log complains about.`],
      "the value must be corrected",
      0.5,
    ),
    readAgain(facts.workload ?? culprit),
  ];
}

/** What helps when no change of the object at fault can be taken back; for all other causes a value is wrong. */
const withoutUndo: Readonly<Partial<Record<CauseCode, (open: Case, item: Candidate) => Fixes>>> = {
  "permission-denied": rightsFixes,
  "pool-exhausted": poolFixes,
  "missing-config": referenceFixes,
};

const readAgain = (workload: ObjectRef) => restart(workload, "lets it read its configuration again", 0.6);

/** What is missing is repaired where it was taken from, whoever is told to lack it. */
function carrierOf({ cause, change, culprit }: Candidate): ObjectRef {
  const isTaken = cause === "missing-config" && (change?.ref.kind === "ConfigMap" || change?.ref.kind === "Secret");
  return isTaken && change ? change.ref : culprit;
}

/**
 * For variables, ConfigMaps, Secrets, rights and pools. What a change took away comes back before a value is thought
 * of; where the value is not known here, a person is asked for it.
 */
export function configurationFixes(open: Case, item: Candidate): Fixes {
  if (item.cause === "missing-env") return missingEnv(open, item);
  const { cause, change, culprit, facts } = item;
  const workload = facts.workload ?? culprit;
  const carrier = carrierOf(item);
  if (change?.action === "deleted") {
    const other = open.lastChange(workload, "env", "volume", "identity");
    const back = other && rollback(open, other, "goes back to the revision that did not need it", 0.8);
    return [restoreGuide(change), back, readAgain(workload)];
  }
  if (change && carrier.kind === change.ref.kind && carrier.name === change.ref.name) {
    const undone = undoChange(open, change, {
      ...(facts.key ? { key: facts.key } : {}),
      restart: readers(open, carrier),
      ...(cause === "missing-config" || cause === "permission-denied" ? { rollbackFirst: true } : {}),
    });
    if (undone.length > 0) return [...undone, ...(carrier.kind === "Secret" ? [readAgain(workload)] : [])];
  }
  return (withoutUndo[cause] ?? valueFixes)(open, item);
}

/** What a name server was told before, put back. */
export const resolverFixes = (open: Case, { change, culprit }: Candidate): readonly Fix[] =>
  change?.ref.kind === "ConfigMap" && change.action === "modified"
    ? undoChange(open, change, { restart: [culprit] })
    : [];
