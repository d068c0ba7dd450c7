import type { Api } from "./api.ts";
import { type CronJob, type Job, type Pod, stamp } from "./kube-types.ts";

const owner = (kind: string, name: string, uid: string) => ({
  apiVersion: "batch/v1",
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** Creates a Job; its controller below starts the pods. */
export function createJob(api: Api, name: string, spec: Job["spec"], of?: CronJob): Job {
  return api.create<Job>({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      uid: "",
      generation: 1,
      labels: { ...spec.template.metadata.labels },
      ...(of ? { ownerReferences: [owner("CronJob", of.metadata.name, of.metadata.uid)] } : {}),
    },
    spec: structuredClone(spec),
    status: {},
  });
}

/** CronJob and Job controllers. CronJobs run every four minutes, as the shop's does. */
export function startJobs(api: Api, end: number): void {
  const { sim } = api;
  const everyMs = 240_000;
  for (let at = Math.ceil(sim.now() / everyMs) * everyMs; at < end; at += everyMs)
    sim.at(at + 110, () => {
      for (const cron of api.list<CronJob>("CronJob")) {
        if (cron.spec.suspend) continue;
        const name = `${cron.metadata.name}-${Math.floor(at / 60_000)}`;
        const busy = api
          .list<Job>("Job")
          .some((job) => job.status.active && job.metadata.ownerReferences?.[0]?.uid === cron.metadata.uid);
        if (busy) continue;
        const job = createJob(api, name, cron.spec.jobTemplate.spec, cron);
        api.event(cron, "Normal", "SuccessfulCreate", `Created job ${name}`, "cronjob-controller");
        api.update<CronJob>("CronJob", cron.metadata.name, (object) => {
          object.status = {
            ...object.status,
            active: [{ kind: "Job", namespace: api.namespace, name, uid: job.metadata.uid, apiVersion: "batch/v1" }],
            lastScheduleTime: stamp(at),
          };
        });
      }
    });

  const pods = (job: Job) =>
    api.list<Pod>("Pod").filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === job.metadata.uid);
  const finished = new Set<string>();
  const starting = new Set<string>();
  const finish = (job: Job, status: Record<string, unknown>, event: [string, string, string], verdict: string) => {
    finished.add(job.metadata.uid);
    api.event(job, ...event, "job-controller");
    api.update<Job>("Job", job.metadata.name, (object) => {
      object.status = { ...object.status, ...status, terminating: 0, ready: 0 };
      delete object.status.active;
    });
    const ref = job.metadata.ownerReferences?.[0];
    const cron = ref ? api.get<CronJob>("CronJob", ref.name) : undefined;
    if (!cron) return;
    sim.after(20, () => {
      api.event(
        cron,
        "Normal",
        "SawCompletedJob",
        `Saw completed job: ${job.metadata.name}, condition: ${verdict}`,
        "cronjob-controller",
      );
      api.update<CronJob>("CronJob", cron.metadata.name, (object) => {
        const { active: _, ...rest } = object.status;
        object.status = { ...rest, ...(verdict === "Complete" ? { lastSuccessfulTime: stamp(sim.now()) } : {}) };
      });
    });
  };
  const sync = (name: string) => {
    const job = api.get<Job>("Job", name);
    if (!job || finished.has(job.metadata.uid)) return;
    const mine = pods(job);
    const failed = mine.filter(({ status }) => status.phase === "Failed").length;
    const done = mine.some(({ status }) => status.phase === "Succeeded");
    const active = mine.length - failed - (done ? 1 : 0);
    const condition = (type: string, reason: string, message: string) => ({
      type,
      status: "True",
      lastProbeTime: stamp(sim.now()),
      lastTransitionTime: stamp(sim.now()),
      reason,
      message,
    });
    if (done) {
      const text = "Reached expected number of succeeded pods";
      finish(
        job,
        {
          succeeded: 1,
          completionTime: stamp(sim.now()),
          conditions: [
            condition("SuccessCriteriaMet", "CompletionsReached", text),
            condition("Complete", "CompletionsReached", text),
          ],
        },
        ["Normal", "Completed", "Job completed"],
        "Complete",
      );
      return;
    }
    if (failed > job.spec.backoffLimit) {
      const text = "Job has reached the specified backoff limit";
      finish(
        job,
        {
          failed,
          conditions: [
            condition("FailureTarget", "BackoffLimitExceeded", text),
            condition("Failed", "BackoffLimitExceeded", text),
          ],
        },
        ["Warning", "BackoffLimitExceeded", text],
        "Failed",
      );
      return;
    }
    if (active === 0 && !starting.has(job.metadata.uid)) {
      starting.add(job.metadata.uid);
      sim.after(failed > 0 ? 10_000 : 5, () => {
        starting.delete(job.metadata.uid);
        const pod = api.create<Pod>({
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: `${name}-${api.word(5)}`,
            generateName: `${name}-`,
            namespace: api.namespace,
            uid: "",
            generation: 1,
            labels: { ...job.spec.template.metadata.labels, "job-name": name, "batch.kubernetes.io/job-name": name },
            ownerReferences: [owner("Job", name, job.metadata.uid)],
          },
          spec: structuredClone(job.spec.template.spec),
          status: { phase: "Pending", qosClass: "Burstable" },
        });
        api.event(job, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`, "job-controller");
      });
    }
    api.update<Job>("Job", name, (object) => {
      object.status = {
        startTime: object.status.startTime ?? stamp(sim.now()),
        ...(active ? { active } : {}),
        ...(failed ? { failed } : {}),
        terminating: 0,
        uncountedTerminatedPods: {},
        ready: mine.filter(({ status }) => status.phase === "Running").length,
      };
    });
  };
  api.onChange((object) => {
    if (object.kind === "Job") sim.after(5, () => sync(object.metadata.name));
    const ref = object.metadata.ownerReferences?.[0];
    if (object.kind === "Pod" && ref?.kind === "Job") sim.after(700, () => sync(ref.name));
  });
}
