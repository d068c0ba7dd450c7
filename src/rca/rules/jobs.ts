import type { Job } from "../../cluster/kubernetes-types.ts";
import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import type { Finding } from "../gather/evidence-book.ts";
import { describeFields } from "../gather/field-words.ts";
import { called, citeChange, crashesOf, crashFindings } from "./patterns.ts";

function jobFinding(job: Job, about: ObjectRef, now: number): Finding {
  const { failed = 0, succeeded = 0, active = 0, conditions = [] } = job.status ?? {};
  const verdict = conditions
    .filter((condition) => condition.status === "True")
    .map(
      (condition) => `${condition.type}${condition.reason ? ` (${condition.reason}: ${condition.message ?? ""})` : ""}`,
    );
  return {
    source: "object",
    about,
    query: `kubectl -n ${job.metadata.namespace} get job ${job.metadata.name} -o yaml`,
    text: `Job ${job.metadata.name}: ${active} active, ${succeeded} succeeded, ${failed} failed${verdict.length > 0 ? `; ${verdict.join(", ")}` : ""}`,
    at: now,
  };
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (workload.kind !== "CronJob" && workload.kind !== "Job") return [];
  const jobs = open.observation.objects
    .list("Job", workload.namespace)
    .filter((job) => sameRef(open.observation.objects.topOwner(job), workload));
  const bad = jobs.filter(
    (job) =>
      (job.status?.failed ?? 0) > 0 ||
      job.status?.conditions?.some((condition) => condition.type === "Failed" && condition.status === "True"),
  );
  const recent = bad.filter((job) => Date.parse(job.metadata.creationTimestamp ?? "") >= open.onset - 10 * 60_000);
  const events = open
    .eventsOf(workload)
    .filter((event) => /BackoffLimitExceeded|DeadlineExceeded|FailedNeedsStart|TooManyMissedTimes/.test(event.reason));
  const crash = crashesOf(open, workload).at(-1);
  if (recent.length === 0 && events.length === 0 && !crash) return [];
  const last = recent.at(-1);
  // That it was made is no change of it.
  const change =
    open.lastChange(workload, "env", "command", "image", "resources", "volume") ??
    open
      .changesOf(workload)
      .filter(({ action }) => action === "modified")
      .at(-1);
  // The job fails because what it asks for is down: then it is a caller like any other.
  const victim = open.topology
    .dependenciesOf(workload, 1)
    .some((callee) => open.symptomatic.some((ref) => sameRef(ref, callee)));
  const env = change?.fields.find((field) => field.area === "env");
  return [
    candidate(
      {
        cause: "job-failing",
        culprit: workload,
        statement: `${called(workload)} fails${recent.length > 1 ? ` (${recent.length} runs)` : ""}${crash ? ` with exit code ${crash.exitCode}` : ""}${change ? `; it was changed before: ${untilToken(describeFields(change.fields, workload.name), 200)}` : ""}`,
        evidence: [
          ...open.cite(
            last && jobFinding(last, workload, open.now),
            ...events.slice(-1).map((event) => eventFinding(event, workload)),
          ),
          ...(crash ? open.cite(...crashFindings(open, crash)) : []),
          ...citeChange(open, change),
        ],
        // The bar of 0.98 keeps the job's own name for it above what its pods' logs suggest.
        specificity: victim && !change ? 0.6 : change ? 0.98 : 0.93,
        facts: {
          ...(last ? { job: makeRef("Job", workload.namespace, last.metadata.name) } : {}),
          ...(env?.name ? { variable: env.name, container: env.container ?? "" } : {}),
        },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Jobs and CronJobs that fail again and again. */
export const jobs: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
