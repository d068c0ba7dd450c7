import type { Api } from "./api.ts";
import { deletePod, setCondition } from "./controllers.ts";
import { type Any, type Container, type ContainerStatus, type Pod, type Probe, stamp } from "./kube-types.ts";

/** What happens when the kubelet starts a container. */
export interface Plan {
  /** The image cannot be pulled: the text of the runtime. */
  readonly pullError?: string;
  readonly configError?: string;
  /** A volume cannot be set up. */
  readonly mountError?: string;
  readonly startError?: string;
  readonly listenAfterMs: number;
  /** `/readyz` answers 200 from here on. */
  readonly readyAfterMs: number;
  readonly exit?: { readonly afterMs: number; readonly code: number; readonly reason?: string };
  /** It does not end when asked to: the code with which it is killed. */
  readonly killedCode?: number;
  /** Lines it writes, with the time after start; `ms` beyond its life are not written. */
  readonly lines: readonly { readonly ms: number; readonly text: string }[];
  readonly port: number;
}

/** One life of a container. */
export interface Life {
  readonly pod: string;
  readonly app: string;
  readonly container: string;
  readonly image: string;
  readonly id: string;
  readonly startedAt: number;
  readonly plan: Plan;
  endedAt?: number;
  terminating?: boolean;
  /** Set by scenarios: the process hangs or answers slowly, so probes time out. */
  probeFault?: (probe: "liveness" | "readiness") => string | undefined;
}

export interface Kubelet {
  /** The running life of a pod's main container. */
  lifeOf(pod: string): Life | undefined;
  readonly lives: readonly Life[];
  kill(pod: string, code: number, reason: string): void;
  evict(pod: string, message: string): void;
}

/** What keeps a pod from getting its network or its volumes. */
export interface Hold {
  readonly reason: "FailedCreatePodSandBox" | "FailedAttachVolume";
  readonly message: string;
}

export interface KubeletHooks {
  plan(pod: Pod, container: Container, attempt: number): Plan;
  log(pod: string, container: string, line: string, at: number): void;
  /** Why the scheduler cannot place a pod. */
  unschedulable(pod: Pod): string | undefined;
  /** Why a pod on its node does not get that far that containers are started. */
  hold(pod: Pod): Hold | undefined;
  adopt?: (life: Life) => void;
}

const backOffsS = [0, 10, 20, 40, 80, 160, 300];

export function startKubelet(api: Api, hooks: KubeletHooks): Kubelet {
  const { sim } = api;
  const lives = new Map<string, Life>();
  const all: Life[] = [];
  let lastIp = 150;
  const edit = (name: string, change: (pod: Pod) => void) => api.update<Pod>("Pod", name, change);
  const alive = (name: string, uid: string) => {
    const pod = api.get<Pod>("Pod", name);
    return pod?.metadata.uid === uid ? pod : undefined;
  };
  const field = (container: Container, init: boolean) =>
    `spec.${init ? "initContainers" : "containers"}{${container.name}}`;
  const statusOf = (pod: Pod, name: string, init: boolean): ContainerStatus | undefined =>
    (init ? pod.status.initContainerStatuses : pod.status.containerStatuses)?.find((item) => item.name === name);
  const fresh = (container: Container, reason: string): ContainerStatus => ({
    name: container.name,
    state: { waiting: { reason } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image: container.image,
    imageID: "",
    started: false,
  });
  const unready = (pod: Pod) => {
    const message = `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(" ")}]`;
    return { status: "False", reason: "ContainersNotReady", message };
  };
  const setReady = (name: string, ready: boolean) =>
    edit(name, (pod) => {
      const conditions = pod.status.conditions ?? [];
      for (const type of ["Ready", "ContainersReady"])
        setCondition(conditions, sim.now(), { type, ...(ready ? { status: "True" } : unready(pod)) });
      pod.status.conditions = conditions;
      for (const item of pod.status.containerStatuses ?? []) item.ready = ready;
    });

  const schedule = (name: string, uid: string) => {
    const pod = alive(name, uid);
    if (!pod || pod.spec.nodeName || pod.metadata.deletionTimestamp) return;
    const refusal = hooks.unschedulable(pod);
    if (refusal !== undefined) {
      const text = `0/1 nodes are available: ${refusal}. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
      const before = pod.status.conditions?.find(({ type }) => type === "PodScheduled");
      if (before?.message !== text) api.event(pod, "Warning", "FailedScheduling", text, "default-scheduler");
      edit(name, (object) => {
        const conditions = object.status.conditions ?? [];
        setCondition(conditions, sim.now(), {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: text,
        });
        object.status.conditions = conditions;
      });
      sim.after(2_000, () => schedule(name, uid));
      return;
    }
    api.event(
      pod,
      "Normal",
      "Scheduled",
      `Successfully assigned ${api.namespace}/${name} to node-1`,
      "default-scheduler",
    );
    edit(name, (object) => {
      object.spec.nodeName = "node-1";
      const conditions = object.status.conditions ?? [];
      setCondition(conditions, sim.now(), { type: "PodScheduled", status: "True" });
      object.status.conditions = conditions;
    });
    sim.after(60, () => prepare(name, uid));
  };

  const prepare = (name: string, uid: string) => {
    if (!alive(name, uid)) return;
    edit(name, (pod) => {
      const init = pod.spec.initContainers ?? [];
      pod.status = {
        ...pod.status,
        phase: "Pending",
        conditions: [
          { type: "PodReadyToStartContainers", status: "False" },
          init.length
            ? {
                type: "Initialized",
                status: "False",
                reason: "ContainersNotInitialized",
                message: `containers with incomplete status: [${init.map((c) => c.name).join(" ")}]`,
              }
            : { type: "Initialized", status: "True" },
          { type: "Ready", ...unready(pod) },
          { type: "ContainersReady", ...unready(pod) },
          { type: "PodScheduled", status: "True" },
        ].map((item) => ({
          ...item,
          observedGeneration: 1,
          lastProbeTime: null,
          lastTransitionTime: stamp(sim.now()),
        })),
        hostIP: "172.30.0.1",
        hostIPs: [{ ip: "172.30.0.1" }],
        startTime: stamp(sim.now()),
        ...(init.length ? { initContainerStatuses: init.map((c) => fresh(c, "PodInitializing")) } : {}),
        containerStatuses: pod.spec.containers.map((c) =>
          fresh(c, init.length ? "PodInitializing" : "ContainerCreating"),
        ),
      };
    });
    const network = () => {
      const pod = alive(name, uid);
      if (!pod || pod.metadata.deletionTimestamp) return;
      const held = hooks.hold(pod);
      if (held) {
        const by = held.reason === "FailedAttachVolume" ? "attachdetach-controller" : "kubelet";
        api.event(pod, "Warning", held.reason, held.message, by);
        sim.after(11_000 + Math.floor(api.random() * 4_000), network);
        return;
      }
      const ip = `10.244.0.${++lastIp}`;
      edit(name, (object) => {
        object.status.podIP = ip;
        object.status.podIPs = [{ ip }];
        const first = object.status.conditions?.find(({ type }) => type === "PodReadyToStartContainers");
        if (first) first.status = "True";
      });
      startNext(name, uid);
    };
    sim.after(250, network);
  };

  /** Starts the first init container that has not finished, else the main container. */
  const startNext = (name: string, uid: string) => {
    const pod = alive(name, uid);
    if (!pod || pod.metadata.deletionTimestamp) return;
    const init = pod.spec.initContainers?.find((c) => statusOf(pod, c.name, true)?.state.terminated?.exitCode !== 0);
    const main = pod.spec.containers[0];
    if (init) start(pod, init, true, 0);
    else if (main) {
      edit(name, (object) => {
        const conditions = object.status.conditions ?? [];
        setCondition(conditions, sim.now(), { type: "Initialized", status: "True" });
      });
      start(pod, main, false, 0);
    }
  };

  const wait = (name: string, container: Container, init: boolean, reason: string, message?: string) =>
    edit(name, (pod) => {
      const status = statusOf(pod, container.name, init);
      if (!status) return;
      if (status.state.terminated) status.lastState = { terminated: status.state.terminated };
      status.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
      status.ready = false;
      status.started = false;
    });

  const start = (at: Pod, container: Container, init: boolean, attempt: number) => {
    const { name, uid } = at.metadata;
    const pod = alive(name, uid);
    if (!pod || pod.metadata.deletionTimestamp) return;
    const where = field(container, init);
    const plan = hooks.plan(pod, container, attempt);
    const say = (type: string, reason: string, message: string) =>
      api.event(pod, type, reason, message, "kubelet", where);
    const again = (ms: number) => sim.after(ms, () => start(pod, container, init, attempt));
    if (plan.mountError !== undefined) {
      api.event(pod, "Warning", "FailedMount", plan.mountError, "kubelet");
      again(8_000 + Math.floor(api.random() * 20_000));
      return;
    }
    if (plan.pullError !== undefined) {
      const text = plan.pullError;
      say("Normal", "Pulling", `Pulling image "${container.image}"`);
      say("Warning", "Failed", `Failed to pull image "${container.image}": ${text}`);
      say("Warning", "Failed", "Error: ErrImagePull");
      wait(name, container, init, "ErrImagePull", text);
      const pulls = pod.metadata.annotations?.["pulls"] ? 1 : 0;
      sim.after(12_000, () => {
        if (!alive(name, uid)) return;
        say("Normal", "BackOff", `Back-off pulling image "${container.image}"`);
        say("Warning", "Failed", "Error: ImagePullBackOff");
        wait(
          name,
          container,
          init,
          "ImagePullBackOff",
          `Back-off pulling image "${container.image}": ErrImagePull: ${text}`,
        );
      });
      again(26_000 + pulls);
      return;
    }
    say(
      "Normal",
      "Pulled",
      `Container image "${container.image}" already present on machine and can be accessed by the pod`,
    );
    if (plan.configError !== undefined) {
      say("Warning", "Failed", `Error: ${plan.configError}`);
      wait(name, container, init, "CreateContainerConfigError", plan.configError);
      again(10_000 + Math.floor(api.random() * 5_000));
      return;
    }
    say("Normal", "Created", "Container created");
    const id = api.hex(64);
    const term = (code: number, reason: string, startedAt: string, message?: string) => ({
      exitCode: code,
      reason,
      ...(message === undefined ? {} : { message }),
      startedAt,
      finishedAt: stamp(sim.now()),
      containerID: `containerd://${id}`,
    });
    const retryLater = () => {
      const delay = (backOffsS[Math.min(attempt, backOffsS.length - 1)] ?? 300) * 1_000;
      const restart = () => {
        const current = alive(name, uid);
        if (!current || current.metadata.deletionTimestamp) return;
        edit(name, (object) => {
          const status = statusOf(object, container.name, init);
          if (status) status.restartCount = attempt + 1;
        });
        start(current, container, init, attempt + 1);
      };
      if (delay === 0) {
        sim.after(900, restart);
        return;
      }
      const text = `Back-off restarting failed container ${container.name} in pod ${name}_${api.namespace}(${uid})`;
      sim.after(1_000, () => {
        if (!alive(name, uid)) return;
        say("Warning", "BackOff", text);
        wait(
          name,
          container,
          init,
          "CrashLoopBackOff",
          `back-off ${delay / 1_000 === 300 ? "5m0s" : delay / 1_000 >= 60 ? `${Math.floor(delay / 60_000)}m${(delay / 1_000) % 60}s` : `${delay / 1_000}s`} restarting failed container=${container.name} pod=${name}_${api.namespace}(${uid})`,
        );
      });
      for (let at = 12_000; at < delay; at += 13_000)
        sim.after(at, () => alive(name, uid) && say("Warning", "BackOff", text));
      sim.after(delay + 1_200, restart);
    };
    if (plan.startError !== undefined) {
      const message = plan.startError;
      say("Warning", "Failed", `Error: ${message}`);
      edit(name, (object) => {
        object.status.phase = init ? "Pending" : "Running";
        const status = statusOf(object, container.name, init);
        if (!status) return;
        status.lastState = { terminated: term(128, "StartError", "1970-01-01T00:00:00Z", message) };
        status.state = { waiting: { reason: "RunContainerError", message } };
        status.containerID = `containerd://${id}`;
      });
      retryLater();
      return;
    }
    const startedAt = sim.now();
    say("Normal", "Started", "Container started");
    const life: Life = {
      pod: name,
      app: pod.metadata.labels?.app ?? container.name,
      container: container.name,
      image: container.image,
      id,
      startedAt,
      plan,
    };
    all.push(life);
    if (!init) lives.set(name, life);
    edit(name, (object) => {
      if (!init) object.status.phase = "Running";
      const status = statusOf(object, container.name, init);
      if (!status) return;
      if (status.state.terminated) status.lastState = { terminated: status.state.terminated };
      status.state = { running: { startedAt: stamp(startedAt) } };
      status.imageID = "sha256:5834977dd3cc5b3342bc2a74f2bcda983601afcc56ea693a591828bd5c107931";
      status.containerID = `containerd://${id}`;
      status.started = !container.startupProbe;
    });
    for (const { ms, text } of plan.lines)
      sim.after(ms, () => {
        if (life.endedAt === undefined) hooks.log(name, container.name, text, sim.now());
      });
    const end = (code: number, reason: string) => {
      if (life.endedAt !== undefined) return;
      life.endedAt = sim.now();
      if (lives.get(name) === life) lives.delete(name);
      const current = alive(name, uid);
      if (!current) return;
      const restart = current.spec.restartPolicy !== "Never" && !current.metadata.deletionTimestamp;
      edit(name, (object) => {
        const status = statusOf(object, container.name, init);
        if (status) {
          status.state = { terminated: term(code, reason, stamp(startedAt)) };
          status.started = false;
          status.ready = init && code === 0;
        }
        if (!init && !restart) {
          object.status.phase = code === 0 ? "Succeeded" : "Failed";
        }
        if (!init)
          for (const type of ["Ready", "ContainersReady"])
            setCondition(object.status.conditions ?? [], sim.now(), { type, ...unready(object) });
      });
      if (init && code === 0) {
        sim.after(500, () => startNext(name, uid));
        return;
      }
      if (restart) retryLater();
    };
    endings.set(name, end);
    if (plan.exit) {
      const { code, afterMs, reason = code === 0 ? "Completed" : "Error" } = plan.exit;
      sim.after(afterMs, () => end(code, reason));
    }
    if (!init) probe(name, uid, container, life, say, end);
  };
  const endings = new Map<string, (code: number, reason: string) => void>();

  const probe = (
    name: string,
    uid: string,
    container: Container,
    life: Life,
    say: (type: string, reason: string, message: string) => void,
    end: (code: number, reason: string) => void,
  ) => {
    const failure = (kind: "liveness" | "readiness", check: Probe): string | undefined => {
      const pod = alive(name, uid);
      const ip = pod?.status.podIP ?? "10.244.0.1";
      const asked = check.httpGet?.port ?? life.plan.port;
      const named = container.ports?.find((port) => port.name === asked)?.containerPort;
      const port = typeof asked === "number" ? asked : (named ?? life.plan.port);
      const path = check.httpGet?.path ?? "/";
      const url = `http://${ip}:${port}${path}`;
      const age = sim.now() - life.startedAt;
      if (port !== life.plan.port || age < life.plan.listenAfterMs)
        return `Get "${url}": dial tcp ${ip}:${port}: connect: connection refused`;
      const fault = life.probeFault?.(kind);
      if (fault === "timeout")
        return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
      if (fault !== undefined) return fault;
      if (path !== "/healthz" && path !== "/readyz") return "HTTP probe failed with statuscode: 404";
      if (path === "/readyz" && age < life.plan.readyAfterMs) return "HTTP probe failed with statuscode: 503";
      return undefined;
    };
    const over = () => life.endedAt !== undefined || !alive(name, uid);
    const restart = (text: string) => {
      say("Normal", "Killing", text);
      life.terminating = true;
      const { killedCode } = life.plan;
      sim.after(killedCode === undefined ? 3_300 : 5_000, () =>
        end(killedCode ?? 0, killedCode === undefined ? "Completed" : "Error"),
      );
      sim.after(30, () => hooks.log(name, container.name, "$SIGTERM", sim.now()));
    };
    const loop = (kind: "liveness" | "readiness", check: Probe, label: string) => {
      let failed = 0;
      const every = (check.periodSeconds ?? 10) * 1_000;
      const turn = () => {
        if (over() || life.terminating) return;
        const pod = alive(name, uid);
        if (!pod || pod.metadata.deletionTimestamp) return;
        const waits = container.startupProbe && !started;
        if (label === "Startup" && started) return;
        if (label !== "Startup" && waits) {
          sim.after(500, turn);
          return;
        }
        const why = failure(kind, check);
        if (why === undefined) {
          failed = 0;
          if (label === "Readiness") setReady(name, true);
          if (label === "Startup") {
            started = true;
            edit(name, (object) => {
              for (const item of object.status.containerStatuses ?? []) item.started = true;
            });
            return;
          }
        } else {
          failed++;
          say("Warning", "Unhealthy", `${label} probe failed: ${why}`);
          if (failed >= (check.failureThreshold ?? 3)) {
            if (label === "Readiness") setReady(name, false);
            else {
              restart(`Container ${container.name} failed ${label.toLowerCase()} probe, will be restarted`);
              return;
            }
          }
        }
        sim.after(every, turn);
      };
      const delay = (check.initialDelaySeconds ?? 0) * 1_000;
      sim.after(delay + 150 + Math.floor(api.random() * Math.min(every, 900)), turn);
    };
    let started = false;
    if (container.startupProbe) loop("liveness", container.startupProbe, "Startup");
    if (container.livenessProbe) loop("liveness", container.livenessProbe, "Liveness");
    if (container.readinessProbe) loop("readiness", container.readinessProbe, "Readiness");
    else sim.after(20, () => setReady(name, true));
  };

  const terminate = (pod: Pod) => {
    const { name, uid } = pod.metadata;
    const life = lives.get(name);
    const main = pod.spec.containers[0];
    if (main && life) {
      api.event(pod, "Normal", "Killing", `Stopping container ${main.name}`, "kubelet", field(main, false));
      life.terminating = true;
      sim.after(20, () => hooks.log(name, main.name, "$SIGTERM", sim.now()));
    }
    sim.after(life ? 3_300 : 300, () => {
      endings.get(name)?.(0, "Completed");
      sim.after(120, () => {
        const current = alive(name, uid);
        if (!current) return;
        if (current.metadata.finalizers?.length) return;
        api.remove("Pod", name);
      });
    });
  };

  const going = new Set<string>();
  api.onChange((object: Any, change) => {
    if (object.kind !== "Pod") return;
    const pod = object as Pod;
    const { name, uid } = pod.metadata;
    if (change === "ADDED") sim.after(6, () => schedule(name, uid));
    if (change === "MODIFIED" && pod.metadata.deletionTimestamp && pod.spec.nodeName) {
      if (!going.has(uid)) {
        going.add(uid);
        terminate(pod);
      } else if (!pod.metadata.finalizers?.length && !lives.get(name))
        sim.after(100, () => alive(name, uid) && api.remove("Pod", name));
    }
  });

  /** Pods that were running when the recording began. */
  for (const pod of api.list<Pod>("Pod")) {
    const container = pod.spec.containers[0];
    const status = pod.status.containerStatuses?.[0];
    if (!container || !status?.state.running) continue;
    const plan = hooks.plan(pod, container, 0);
    const { exit: _exit, ...steady } = plan;
    const life: Life = {
      pod: pod.metadata.name,
      app: pod.metadata.labels?.app ?? container.name,
      container: container.name,
      image: container.image,
      id: (status.containerID ?? "").replace("containerd://", ""),
      startedAt: sim.now() - 600_000,
      plan: { ...steady, lines: [] },
    };
    lives.set(pod.metadata.name, life);
    all.push(life);
    hooks.adopt?.(life);
    const where = field(container, false);
    const say = (type: string, reason: string, message: string) =>
      api.event(pod, type, reason, message, "kubelet", where);
    const { name, uid } = pod.metadata;
    const end = (code: number, reason: string) => {
      if (life.endedAt !== undefined) return;
      life.endedAt = sim.now();
      lives.delete(name);
      const current = alive(name, uid);
      if (!current) return;
      const going = current.metadata.deletionTimestamp !== undefined;
      edit(name, (object) => {
        const item = object.status.containerStatuses?.[0];
        if (item) {
          item.state = {
            terminated: {
              exitCode: code,
              reason,
              startedAt: item.state.running?.startedAt,
              finishedAt: stamp(sim.now()),
              containerID: item.containerID,
            },
          };
          item.started = false;
          item.ready = false;
        }
        if (going) object.status.phase = code === 0 ? "Succeeded" : "Failed";
        for (const type of ["Ready", "ContainersReady"])
          setCondition(object.status.conditions ?? [], sim.now(), { type, ...unready(object) });
      });
      if (!going)
        sim.after(900, () => {
          edit(name, (object) => {
            const item = object.status.containerStatuses?.[0];
            if (item) item.restartCount = 1;
          });
          start(current, container, false, 1);
        });
    };
    endings.set(name, end);
    probe(name, uid, container, life, say, end);
  }

  return {
    lifeOf: (pod) => lives.get(pod),
    lives: all,
    kill: (pod, code, reason) => endings.get(pod)?.(code, reason),
    evict(name, message) {
      const pod = api.get<Pod>("Pod", name);
      if (!pod) return;
      api.event(pod, "Warning", "Evicted", message, "kubelet");
      const main = pod.spec.containers[0];
      if (main) api.event(pod, "Normal", "Killing", `Stopping container ${main.name}`, "kubelet", field(main, false));
      const life = lives.get(name);
      if (life) {
        life.endedAt = sim.now();
        lives.delete(name);
      }
      edit(name, (object) => {
        object.status.phase = "Failed";
        object.status.reason = "Evicted";
        object.status.message = message;
        for (const type of ["PodReadyToStartContainers", "Ready", "ContainersReady"])
          setCondition(object.status.conditions ?? [], sim.now(), { type, status: "False", reason: "PodFailed" });
        for (const item of object.status.containerStatuses ?? []) {
          item.state = {
            terminated: {
              exitCode: 137,
              reason: "Error",
              startedAt: item.state.running?.startedAt ?? stamp(sim.now()),
              finishedAt: stamp(sim.now()),
              containerID: item.containerID,
            },
          };
          item.ready = false;
          item.started = false;
        }
      });
    },
  };
}

export { deletePod };
