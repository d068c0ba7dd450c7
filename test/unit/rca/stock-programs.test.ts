import { describe, expect, test } from "vitest";
import { refText } from "../../../src/incident/object-ref.ts";
import { crashed, ns, quietShop, running, type Shop } from "./shop.ts";

type Symptoms = Parameters<Shop["diagnose"]>[0];

const cartsAndCallers: Symptoms = [
  ["Deployment", "carts", "log", "never-seen-template"],
  ["Deployment", "orders", "log", "never-seen-template"],
];

const ordersAndCallers: Symptoms = [
  ["Deployment", "orders", "log", "never-seen-template"],
  ["Deployment", "frontend", "log", "never-seen-template"],
];

async function diagnosed(symptoms: Symptoms, breakIt: (shop: Shop) => void) {
  const shop = await quietShop();
  breakIt(shop);
  const { diagnosis, recommendations } = shop.diagnose(symptoms);
  const [first] = diagnosis.hypotheses;
  return {
    first: first && `${first.cause} ${refText(first.culprit)}`,
    statement: first?.statement ?? "",
    statements: diagnosis.hypotheses.map(({ statement }) => statement),
    all: diagnosis.hypotheses.map(({ cause, culprit }) => `${cause} ${culprit.name}`),
    fixes: recommendations,
  };
}

const errorOf = (text: string) => `2026-11-20 23:36:55,200 ERROR [app]: ${text}`;
const podAddress = (shop: Shop, workload: string) =>
  shop.observation.objects.get("Pod", ns, shop.pods(workload)[0] ?? "")?.status?.podIP ?? "";

/** Nothing is measured of these calls: only an address tells of them. */
function wire(shop: Shop, caller: string, ...callees: readonly string[]): void {
  shop.change("Deployment", caller, ({ spec }) => {
    for (const callee of callees)
      spec.template.spec.containers[0].args = [...(spec.template.spec.containers[0].args ?? []), `http://${callee}`];
  });
}

const restartOf = (shop: Shop, workload: string) => {
  const before = shop.pods(workload);
  shop.freshPod(workload, running(workload));
  for (const pod of before) shop.remove("Pod", pod);
};

describe("a login that is refused", () => {
  test("leads to the Secret that the credential is from, though its values are never read", async () => {
    const { first, statement, fixes } = await diagnosed(ordersAndCallers, (shop) => {
      const pod = shop.freshPod("orders", running("orders", false));
      shop.log("orders", errorOf(`(1045, "Access denied for user 'shop'@'10.0.0.7' (using password: YES)")`), 5, pod);
    });
    expect(first).toBe(`permission-denied Secret ${ns}/payment-api`);
    expect(statement).toContain("PAYMENT_API_KEY");
    expect(statement).not.toContain("403");
    const steps = fixes.filter(({ action }) => action === "guide").flatMap(({ params }) => params.steps as string[]);
    expect(steps.join("\n")).toContain("get secret payment-api");
    expect(steps.join("\n")).not.toContain("auth can-i");
  });

  test("is no fault of the server that writes whom it refuses", async () => {
    const { first, all, statement } = await diagnosed(
      [["Deployment", "payment", "log", "never-seen-template"]],
      (shop) => {
        wire(shop, "orders", "payment");
        shop.log(
          "payment",
          `2026-11-20 23:36:55 123 [Warning] Access denied for user 'shop'@'${podAddress(shop, "orders")}' (using password: YES)`,
        );
      },
    );
    expect(first).toBe(`permission-denied Secret ${ns}/payment-api`);
    expect(statement).toContain("the login of Deployment orders");
    expect(all).not.toContain("permission-denied payment");
  });

  test("is no fault of the server, either, that writes only which user it refuses", async () => {
    const { first, all } = await diagnosed(
      [
        ["Deployment", "carts", "log", "never-seen-template"],
        ["Deployment", "orders", "log", "never-seen-template"],
      ],
      (shop) => {
        wire(shop, "orders", "carts");
        const said = 'FATAL:  password authentication failed for user "shop"';
        shop.log("carts", `2026-11-20 23:36:55.168 UTC [97] shop@shop ${said}`, 9);
        shop.log("orders", errorOf(`connection to server at "carts" (10.9.9.9), port 5432 failed: ${said}`), 9);
      },
    );
    expect(first).toBe(`permission-denied Secret ${ns}/payment-api`);
    expect(all).not.toContain("permission-denied carts");
  });

  test("is that of who asked, and not of a proxy that quotes it", async () => {
    const said = 'FATAL:  password authentication failed for user "shop"';
    const asked = `connection to server at "carts" (10.9.9.9), port 5432 failed: ${said}`;
    const { first, all } = await diagnosed(
      [...cartsAndCallers, ["Deployment", "frontend", "log", "never-seen-template"]],
      (shop) => {
        wire(shop, "orders", "carts");
        wire(shop, "frontend", "orders");
        shop.log("carts", `2026-11-20 23:36:55.168 UTC [97] shop@shop ${said}`, 9);
        shop.log("orders", errorOf(`${asked} in db.php:4`), 9);
        shop.log(
          "frontend",
          `[error] [client 10.1.1.1:57177] AH01071: Got error 'PHP message: ${asked} in db.php:4'`,
          9,
        );
      },
    );
    expect(first).toBe(`permission-denied Secret ${ns}/payment-api`);
    expect(all).not.toContain("permission-denied frontend");
  });

  test("explains nothing where neither side of it is in trouble", async () => {
    const { all } = await diagnosed([["Deployment", "frontend", "log", "never-seen-template"]], (shop) => {
      wire(shop, "frontend", "carts");
      wire(shop, "orders", "carts");
      const said = 'FATAL:  password authentication failed for user "report"';
      shop.log("carts", `2026-11-20 23:36:55.168 UTC [97] report@shop ${said}`, 9);
      shop.log("orders", errorOf(`connection to server at "carts" (10.9.9.9), port 5432 failed: ${said}`), 9);
    });
    expect(all.filter((one) => one.startsWith("permission-denied"))).toEqual([]);
  });

  test("to a broker is one, and its credential is from a Secret", async () => {
    const { first } = await diagnosed(ordersAndCallers, (shop) =>
      shop.log("orders", errorOf("connection to broker failed: Connection Refused: not authorised."), 9),
    );
    expect(first).toBe(`permission-denied Secret ${ns}/payment-api`);
  });

  test.each([
    "NOAUTH Authentication required.",
    "redis.exceptions.AuthenticationError: Authentication required.",
    "WRONGPASS invalid username-password pair or user is disabled.",
    "connection to broker failed: Connection Refused: not authorised.",
    "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.",
  ])("is brought by a setting of the other side: %s", async (said) => {
    const { first } = await diagnosed(cartsAndCallers, (shop) => {
      requirePassword(shop);
      shop.log("carts", errorOf(said));
    });
    expect(first).toBe(`permission-denied ConfigMap ${ns}/db-config`);
  });

  test("of a user without the right is no matter of HTTP", async () => {
    const { first, statement } = await diagnosed(cartsAndCallers, (shop) =>
      shop.log("carts", errorOf("INSERT command denied to user 'shop'@'10.0.0.7' for table `shop`.`orders`")),
    );
    expect(first).toBe(`permission-denied Deployment ${ns}/carts`);
    expect(statement).not.toMatch(/40[13]/);
  });
});

function mountedInDb(shop: Shop, before: string, after: string): void {
  shop.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "db-config" }, data: { "db.conf": before } });
  shop.change("Deployment", "carts-db", ({ spec }) => {
    spec.template.spec.volumes = [{ name: "config", configMap: { name: "db-config" } }];
  });
  shop.change("ConfigMap", "db-config", (draft) => {
    draft.data = { "db.conf": after };
  });
  restartOf(shop, "carts-db");
}

const requirePassword = (shop: Shop) => mountedInDb(shop, "port 6379", "port 6379\nrequirepass on");

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

describe("a certificate that is met expired", () => {
  const met = (line: (shop: Shop) => string, ...secrets: readonly string[]) =>
    diagnosed(ordersAndCallers, (shop) => {
      wire(shop, "orders", "payment");
      shop.change("Deployment", "payment", ({ spec }) => {
        spec.template.spec.volumes = secrets.map((secretName) => ({ name: secretName, secret: { secretName } }));
      });
      shop.log("orders", line(shop), 9);
    });
  const addressOf = (shop: Shop, service: string) =>
    shop.observation.objects.get("Service", ns, service)?.spec.clusterIP ?? "";
  const expired = (where: string) =>
    `[error] [remote ${where}:443] AH02039: Certificate Verification: Error (10): certificate has expired`;

  test("is in the Secret of who is called, though its values are never read", async () => {
    const { first } = await met((shop) => expired(addressOf(shop, "payment")), "payment-tls", "payment-api");
    expect(first).toBe(`certificate-expired Secret ${ns}/payment-tls`);
  });

  test("may be of any of several, and then nothing tells which", async () => {
    const { first } = await met((shop) => expired(addressOf(shop, "payment")), "payment-tls", "partner-cert");
    expect(first).toBe(`certificate-expired Deployment ${ns}/orders`);
  });

  test("of a host outside the cluster is in no Secret of it", async () => {
    const { first } = await met(
      () => errorOf("request to https://api.example.com/v1 failed: certificate has expired"),
      "payment-tls",
    );
    expect(first).not.toContain("payment-tls");
  });
});

describe("a name server that a workload has of its own", () => {
  test("is what names fail by since its configuration was changed, and not the cluster's", async () => {
    const { first, statement, fixes } = await diagnosed(
      [["Deployment", "orders", "log", "never-seen-template"]],
      (shop) => {
        const address = shop.observation.objects.get("Service", ns, "carts-db")?.spec.clusterIP ?? "";
        shop.change("Deployment", "orders", ({ spec }) => {
          spec.template.spec.dnsConfig = { nameservers: [address] };
        });
        mountedInDb(shop, "server=10.250.0.1", "server=10.250.0.9");
        shop.log(
          "orders",
          errorOf('could not translate host name "carts" to address: Temporary failure in name resolution'),
          9,
        );
      },
    );
    expect(first).toBe(`dns-failure Deployment ${ns}/carts-db`);
    expect(statement).toContain("server=10.250.0.9");
    expect(fixes[0]?.action).toBe("patch-config");
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
