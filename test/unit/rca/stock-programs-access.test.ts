import { describe, expect, test } from "vitest";
import { ns, running, type Shop } from "./shop.ts";
import {
  cartsAndCallers,
  diagnosed,
  errorOf,
  mountedInDb,
  ordersAndCallers,
  podAddress,
  requirePassword,
  wire,
} from "./stock-story.ts";

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

describe("a network policy that was taken away", () => {
  const blocked = (minutesAgo: number) =>
    diagnosed(ordersAndCallers, (shop) => {
      shop.create({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "deny-payment" },
        spec: { podSelector: { matchLabels: { app: "payment" } }, policyTypes: ["Ingress"] },
      });
      shop.log("orders", errorOf("call to payment failed: timeout of 2000ms exceeded code=ETIMEDOUT"), 9);
      if (minutesAgo > 0) shop.remove("NetworkPolicy", "deny-payment");
      shop.now += minutesAgo * 60_000;
    });

  test("is not what goes on minutes after it", async () => {
    expect((await blocked(0)).all).toContain("network-policy-blocked deny-payment");
    expect((await blocked(3)).all).not.toContain("network-policy-blocked deny-payment");
  });
});
