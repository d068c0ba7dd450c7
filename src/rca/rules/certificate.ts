import { hostsInFailure } from "../../cluster/host-names.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import { type ObjectRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { LogFact } from "../gather/logs.ts";
import { called, citeChange, citeLogs, freshLogs } from "./patterns.ts";
import { outsideHost } from "./slow-dependency.ts";

/** What people call a Secret with a certificate: of most, only the name is known. */
const holdsCertificate = /tls|ssl|cert|pki|x509|https/i;
const address = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;

function isOfTls(open: Case, secret: ObjectRef): boolean {
  const object = open.observation.objects.find(secret)?.object;
  return isKind(object, "Secret") && (object.type === "kubernetes.io/tls" || "tls.crt" in (object.data ?? {}));
}

const certificatesOf = (open: Case, workload: ObjectRef): readonly ObjectRef[] =>
  open.topology
    .usesOf(workload)
    .filter(
      ({ ref, how, key, variable }) =>
        ref.kind === "Secret" &&
        how !== "image-pull" &&
        (isOfTls(open, ref) || holdsCertificate.test(`${ref.name} ${key} ${variable}`)),
    )
    .map(({ ref }) => ref);

/** The Secret whose certificate is met: of whom the lines name, else of whoever it may be; undefined where several would do. */
function secretOf(open: Case, workload: ObjectRef, lines: readonly LogFact[]): ObjectRef | undefined {
  const hosts = lines.flatMap(({ example }) => [...hostsInFailure(example), ...(example.match(address) ?? [])]);
  const named = hosts.flatMap((host) => open.topology.resolveHost(workload.namespace, host).workloads);
  if (named.length === 0 && outsideHost(open, workload)) return undefined;
  const holders = named.length > 0 ? named : [workload, ...open.topology.dependenciesOf(workload, 1)];
  const found = uniqueRefs(holders.flatMap((holder) => certificatesOf(open, holder)));
  return (
    found.find((ref) => open.changesOf(ref).length > 0) ??
    found.find((ref) => isOfTls(open, ref)) ??
    (found.length === 1 ? found[0] : undefined)
  );
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const lines = freshLogs(open, workload, "certificate");
  if (lines.length === 0) return [];
  const secret = secretOf(open, workload, lines);
  const change = secret ? open.changesOf(secret).at(-1) : undefined;
  return [
    candidate(
      {
        cause: "certificate-expired",
        culprit: secret ?? workload,
        statement: secret
          ? `the certificate in ${called(secret)} is expired or not yet valid`
          : `a TLS certificate that ${called(workload)} meets is expired or not yet valid`,
        evidence: [...citeLogs(open, lines, 2), ...citeChange(open, change)],
        specificity: 0.93,
        hits: [workload],
        facts: { workload },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** A certificate that is no longer, or not yet, good. */
export const certificate: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
