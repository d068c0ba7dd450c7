import { describe, expect, test } from "vitest";
import { crashed, ns, running, type Shop } from "./shop.ts";
import { cartsAndCallers, diagnosed, errorOf, mountedInDb, podAddress, restartOf, wire } from "./stock-story.ts";

describe("a setting of what others call", () => {
  test("is found by the callers' words for it, though who was given it is well", async () => {
    const { first } = await diagnosed(cartsAndCallers, (shop) => {
      mountedInDb(shop, "maxmemory 64mb", "maxmemory 1mb");
      shop.log("carts", errorOf("OutOfMemoryError: command not allowed when used memory > 'maxmemory'."));
    });
    expect(first).toBe(`bad-config ConfigMap ${ns}/db-config`);
  });

  test("is not blamed for what its callers do not complain of as errors", async () => {
    const { all } = await diagnosed(cartsAndCallers, (shop) => {
      mountedInDb(shop, "maxmemory 64mb", "maxmemory 1mb");
      shop.log("carts", "2026-11-20 23:36:55,200 INFO [app]: cart emptied");
    });
    expect(all).not.toContain("bad-config db-config");
  });
});

test("an argument of what others call is found when they fail from its start on", async () => {
  const { first, statement, fixes } = await diagnosed(cartsAndCallers, (shop) => {
    shop.change("Deployment", "carts-db", ({ spec }) => {
      spec.template.spec.containers[0].args = ["-z", "40"];
    });
    restartOf(shop, "carts-db");
    shop.log("carts", errorOf("carts-db answered JOB_TOO_BIG"), 9);
  });
  expect(first).toBe(`bad-config Deployment ${ns}/carts-db`);
  expect(statement).toContain("arguments of Deployment carts-db");
  expect(fixes[0]?.action).toBe("rollback-deployment");
});

test("a changed callee that is measured, and answers as before, is not blamed for errors that do not speak of the setting", async () => {
  const { all } = await diagnosed(cartsAndCallers, (shop) => {
    mountedInDb(shop, "maxmemory 64mb", "maxmemory 32mb");
    shop.series("requests_per_second", { workload: "carts-db" }, 20, 20);
    shop.log("carts", errorOf("internal state is stale, refusing to answer"), 9);
  });
  expect(all).not.toContain("bad-config db-config");
});

test("a changed callee is not blamed for a caller that ends with words of its own", async () => {
  const { first } = await diagnosed(cartsAndCallers, (shop) => {
    mountedInDb(shop, "maxmemory 64mb", "maxmemory 32mb");
    shop.log("carts", "WARN no answer from carts-db yet", 3);
    const pod = shop.freshPod("carts", crashed("carts", 1, shop.onset + 20_000));
    shop.log("carts", "fatal: worker state is inconsistent, giving up", 2, pod);
  });
  expect(first).not.toContain("bad-config");
});

describe("changed arguments", () => {
  test("are blamed when the new pods complain in their words", async () => {
    const { first, fixes } = await diagnosed(cartsAndCallers, (shop) => {
      shop.change("Deployment", "carts", ({ spec }) => {
        spec.template.spec.containers[0].args = ["--workers", "2", "--timeout", "1"];
      });
      const pod = shop.freshPod("carts", running("carts"));
      shop.log("carts", "[2026-11-20 23:36:55 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:6)", 5, pod);
      for (const one of shop.pods("carts"))
        shop.series("container_cpu_throttled_ratio", { pod: one, container: "carts" }, 0.02, one === pod ? 0.6 : 0.02);
    });
    expect(first).toBe(`bad-config Deployment ${ns}/carts`);
    expect(fixes[0]?.action).toBe("rollback-deployment");
  });

  test("that no shell can start are a command's matter", async () => {
    const { first } = await diagnosed(cartsAndCallers, (shop) => {
      shop.change("Deployment", "carts", ({ spec }) => {
        spec.template.spec.containers[0].args = ["node-server", "--workers", "2"];
      });
      const pod = shop.freshPod("carts", crashed("carts", 127, shop.onset + 20_000));
      shop.log("carts", "sh: 1: node-server: not found", 3, pod);
    });
    expect(first).toBe(`bad-command Deployment ${ns}/carts`);
  });
});

describe("changed security settings", () => {
  const ended = (words: string) =>
    diagnosed([["Deployment", "carts", "state", "CrashLoopBackOff"]], (shop) => {
      shop.change("Deployment", "carts", ({ spec }) => {
        spec.template.spec.containers[0].securityContext = { readOnlyRootFilesystem: true };
      });
      const pod = shop.freshPod("carts", crashed("carts", 1, shop.onset + 20_000));
      shop.log("carts", words, 2, pod);
    });

  test("are blamed for what the kernel refuses a program since", async () => {
    const { first, statement, fixes } = await ended(
      "fileutils.rb:243:in `mkdir': Read-only file system @ dir_s_mkdir - /var/spool/carts (Errno::EROFS)",
    );
    expect(first).toBe(`bad-config Deployment ${ns}/carts`);
    expect(statement).toContain("readOnlyRootFilesystem");
    expect(fixes[0]?.action).toBe("rollback-deployment");
  });
});
describe("a server that lost a client", () => {
  test("has not called it in vain", async () => {
    const { all } = await diagnosed(cartsAndCallers, (shop) => {
      shop.observation.series.forgetSince(Number.POSITIVE_INFINITY);
      shop.log(
        "carts-db",
        `2026-11-20 23:36:55 195 [Warning] Aborted connection 195 to db: 'shop' user: 'shop' host: '${podAddress(shop, "carts")}' (Got timeout reading communication packets)`,
      );
    });
    expect(all).not.toContain("slow-dependency carts");
  });
});

describe("statements that a database gives up", () => {
  const cannot = "ERROR:  canceling statement due to statement timeout";
  const traceback = `2026-11-20 23:36:55,168 ERROR django.request Internal Server Error: /carts/7
Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/django/db/backends/utils.py", line 89, in _execute
    return self.cursor.execute(sql, params)
django.db.utils.OperationalError: canceling statement due to statement timeout`;
  const hung = (shop: Shop) => {
    shop.log("carts", traceback, 9);
    shop.log("carts-db", `2026-11-20 23:36:55.168 UTC [97] carts@carts ${cannot}`, 9);
    for (const pod of shop.pods("carts"))
      shop.event("Pod", pod, "Unhealthy", "Liveness probe failed: context deadline exceeded");
  };

  test("are a matter of the database: who asks hangs with all its workers", async () => {
    const { first, statement } = await diagnosed(cartsAndCallers, hung);
    expect(first).toBe(`slow-dependency Deployment ${ns}/carts-db`);
    expect(statement).toContain("carts");
  });

  test("are one of the release that began to ask them", async () => {
    const { first } = await diagnosed(cartsAndCallers, (shop) => {
      shop.change("Deployment", "carts", ({ spec }) => {
        spec.template.spec.containers[0].image = "carts:9.9.9";
      });
      const pod = shop.freshPod("carts", running("carts"));
      shop.log("carts", traceback, 9, pod);
    });
    expect(first).toBe(`bad-release Deployment ${ns}/carts`);
  });
});

describe("a container that its liveness probe ended", () => {
  const ended = (say: (shop: Shop, pod: string) => void) =>
    diagnosed(cartsAndCallers, (shop) => {
      const before = shop.pods("carts");
      const pod = shop.freshPod("carts", crashed("carts", 137, shop.onset + 30_000, "Error", 1));
      for (const name of before) shop.remove("Pod", name);
      say(shop, pod);
    });

  test("does not crash by itself", async () => {
    const byItself = await ended(() => {});
    expect(byItself.statements.join()).toContain("crashes by itself");
    const killed = await ended((shop, pod) =>
      shop.event("Pod", pod, "Killing", "Container carts failed liveness probe, will be restarted"),
    );
    expect(killed.statements.join()).not.toMatch(/crashes by itself|lies in the application/);
  });
});

describe("CPU that a program takes while it starts", () => {
  const throttledFor = (secondsOld: number) => (shop: Shop) => {
    const pod = shop.freshPod("carts", running("carts", false), ({ metadata }) => {
      metadata.creationTimestamp = new Date(shop.now - secondsOld * 1_000).toISOString();
    });
    shop.series("container_cpu_throttled_ratio", { pod, container: "carts" }, undefined, 0.6);
  };

  test("is no lack of it", async () => {
    const starting = await diagnosed([["Deployment", "carts", "state", "not-ready"]], throttledFor(50));
    const working = await diagnosed([["Deployment", "carts", "state", "not-ready"]], throttledFor(600));
    expect(working.first).toBe(`cpu-throttling Deployment ${ns}/carts`);
    expect(starting.all).not.toContain("cpu-throttling carts");
  });
});

describe("connections that the far side has no more of", () => {
  test("are a matter of its limit: more pods of a caller would ask for more", async () => {
    const { first, fixes } = await diagnosed(cartsAndCallers, (shop) =>
      shop.log("carts", errorOf("(1040, 'Too many connections')")),
    );
    expect(first).toBe(`pool-exhausted Deployment ${ns}/carts-db`);
    expect(fixes.map(({ action }) => action)).not.toContain("scale");
  });

  test("are no pool of the caller's, also where nobody knows whom it calls", async () => {
    const { first, statement, fixes } = await diagnosed(
      [["Deployment", "orders", "log", "never-seen-template"]],
      (shop) => shop.log("orders", errorOf("(1040, 'Too many connections')")),
    );
    expect(first).toBe(`pool-exhausted Deployment ${ns}/orders`);
    expect(statement).toContain("whom it calls");
    expect(fixes.map(({ action }) => action)).not.toContain("scale");
  });

  test("are those of whom others are sent away from as well, where several are called", async () => {
    const { first } = await diagnosed([["Deployment", "orders", "log", "never-seen-template"]], (shop) => {
      wire(shop, "orders", "carts", "payment");
      wire(shop, "frontend", "carts", "catalogue");
      for (const caller of ["orders", "frontend"])
        shop.log(caller, errorOf("FATAL: remaining connection slots are reserved"));
    });
    expect(first).toBe(`pool-exhausted Deployment ${ns}/carts`);
  });
});

test("a volume that is measured full is told before anybody has failed to write", async () => {
  const { first, fixes } = await diagnosed(
    [["PersistentVolumeClaim", "db-data", "metric", "volume-full", "volume-full"]],
    (shop) => {
      shop.create({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "db-data" },
        spec: { resources: { requests: { storage: "1Gi" } } },
        status: { phase: "Bound" },
      });
      shop.change("Deployment", "carts-db", ({ spec }) => {
        spec.template.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "db-data" } }];
      });
    },
  );
  expect(first).toBe(`volume-full PersistentVolumeClaim ${ns}/db-data`);
  expect(fixes[0]?.action).toBe("expand-volume");
});

describe("a volume that a pod waited for", () => {
  test("is not what its program lacks once it has run", async () => {
    const { first, all } = await diagnosed([["Deployment", "carts-db", "state", "CrashLoopBackOff"]], (shop) => {
      shop.create({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "db-data" },
        status: { phase: "Bound" },
      });
      shop.change("Deployment", "carts-db", ({ spec }) => {
        spec.template.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "db-data" } }];
      });
      const pod = shop.freshPod("carts-db", crashed("carts-db", 1, shop.onset + 30_000));
      shop.event("Pod", pod, "FailedMount", "Unable to attach or mount volumes: unmounted volumes=[data]");
      shop.log(
        "carts-db",
        "2026-11-20 23:36:55 0 [ERROR] InnoDB: preallocating 12582912 bytes failed with error 28",
        5,
        pod,
      );
    });
    expect(first).toBe(`volume-full PersistentVolumeClaim ${ns}/db-data`);
    expect(all).not.toContain("volume-pending db-data");
  });
});
