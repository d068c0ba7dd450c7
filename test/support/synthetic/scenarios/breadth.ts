import type { Script, World } from "../world.ts";
import { crash, type Expectation, object, planFor, type Scenario, setEnv, tagOf, withTag } from "./scenario.ts";
import { leak, ociError, pullFails } from "./workloads.ts";

/** What start-up and configuration get wrong, on every service, in words of several languages. */

const apps = ["frontend", "catalogue", "carts", "carts-db", "orders", "payment"] as const;
const shops = ["meadow", "sock-shop"] as const;
const undo = (app: string) => (world: World) => world.undo(app);
const on = (app: string, causes: string[], ...fixes: string[]): Expectation[] => [
  { causes, culprits: [`Deployment/${app}`], fixes: fixes.map((fix) => `${fix} Deployment/${app}`) },
];

interface Family {
  readonly id: string;
  script(app: string, i: number): Script;
  expect(app: string): Expectation[];
  readonly only?: readonly string[];
}

/** The same missing variable as different runtimes tell it; none of these names is used by the shop. */
const missing: readonly (readonly string[])[] = [
  ["panic: required key LEDGER_REGION missing value", "goroutine 1 [running]:", "main.main()"],
  [
    "Traceback (most recent call last):",
    '  File "/app/settings.py", line 12, in <module>',
    "KeyError: 'LEDGER_REGION'",
  ],
  [
    "java.lang.IllegalArgumentException: Could not resolve placeholder 'LEDGER_REGION' in value",
    "\tat org.springframework.util.PropertyPlaceholderHelper.parseStringValue(PropertyPlaceholderHelper.java:180)",
  ],
  ["/app/entrypoint.sh: line 7: LEDGER_REGION: unbound variable"],
  ["Error: LEDGER_REGION must be set"],
  ["Missing required environment variable: LEDGER_REGION"],
];

/** Bad values as different runtimes tell them. */
const unreadable: readonly (readonly string[])[] = [
  ['strconv.ParseInt: parsing "many": invalid syntax: WORKER_COUNT'],
  ["ValueError: invalid literal for int() with base 10: 'many'"],
  ['java.lang.NumberFormatException: For input string: "many" (WORKER_COUNT)'],
  ["configuration error: WORKER_COUNT must be a number, got many"],
  ["Error: invalid value for WORKER_COUNT: many"],
  ["fatal: invalid option WORKER_COUNT=many, not a valid integer"],
];

const isNew = (env: readonly { name: string; value?: string }[] | undefined, name: string) =>
  env?.some((item) => item.name === name) ?? false;

const families: readonly Family[] = [
  {
    id: "env-gone",
    script: (app, i) => ({
      inject(world) {
        planFor(world, app, (usual, _pod, container) =>
          container.name === app && tagOf(container.image) === "8.1.0" && !isNew(container.env, "LEDGER_REGION")
            ? {
                ...crash(usual, app, world.now(), 300, 1, []),
                lines: (missing[i] ?? []).map((text, line) => ({ ms: 280 + line, text })),
              }
            : undefined,
        );
        world.deploy(app, (_spec, container) => {
          container.image = withTag(container.image, "8.1.0");
        });
      },
      fix: (world) => world.deploy(app, (_spec, container) => setEnv(container, "LEDGER_REGION", "eu")),
    }),
    expect: (app) => on(app, ["missing-env"], "set-env", "rollback-deployment"),
  },
  {
    id: "env-unreadable",
    script: (app, i) => ({
      inject(world) {
        planFor(world, app, (usual, _pod, container) =>
          container.name === app && isNew(container.env, "WORKER_COUNT")
            ? {
                ...crash(usual, app, world.now(), 300, 1, []),
                lines: (unreadable[i] ?? []).map((text, line) => ({ ms: 280 + line, text })),
              }
            : undefined,
        );
        world.deploy(app, (_spec, container) => setEnv(container, "WORKER_COUNT", "many"));
      },
      fix: undo(app),
    }),
    expect: (app) => on(app, ["bad-config"], "rollback-deployment", "set-env"),
  },
  {
    id: "command",
    script: (app) => ({
      inject(world) {
        planFor(world, app, (usual, _pod, container) =>
          container.name === app && container.command?.[0] === "/usr/local/bin/serve"
            ? { ...usual, startError: ociError("/usr/local/bin/serve") }
            : undefined,
        );
        world.deploy(app, (_spec, container) => {
          container.command = ["/usr/local/bin/serve"];
        });
      },
      fix: undo(app),
    }),
    expect: (app) => on(app, ["bad-command"], "rollback-deployment"),
  },
  {
    id: "secret-ref",
    script: (app) => ({
      inject: (world) =>
        world.deploy(app, (_spec, container) => {
          container.env = [
            ...(container.env ?? []),
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: `${app}-token`, key: "token" } } },
          ] as never;
        }),
      fix: undo(app),
    }),
    expect: (app) => [
      {
        causes: ["missing-config"],
        culprits: [`Deployment/${app}`],
        fixes: [`rollback-deployment Deployment/${app}`, `restore-secret Secret/${app}-token`],
      },
    ],
  },
  {
    id: "request-too-large",
    script: (app) => ({
      inject(world) {
        world.switches.unschedulable = (pod) =>
          pod.spec.containers[0]?.resources?.requests?.cpu === "64" ? "1 Insufficient cpu" : undefined;
        world.deploy(app, (_spec, container) => {
          container.resources = { limits: { cpu: "64", memory: "128Mi" }, requests: { cpu: "64", memory: "64Mi" } };
        });
      },
      fix: undo(app),
    }),
    expect: (app) => on(app, ["unschedulable"], "rollback-deployment", "patch-resources"),
  },
  {
    id: "pull-denied",
    script: (app) =>
      pullFails(
        app,
        (image) => image.replace(/[^/]+\//, "registry.internal.example/"),
        (image) =>
          `failed to pull and unpack image "${image}": failed to resolve image: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.internal.example/token: 403 Forbidden`,
      ),
    expect: (app) => on(app, ["image-pull-denied"], "rollback-deployment", "set-image"),
  },
  {
    id: "leak",
    script: (app) => leak(app, 32, 128, "8.2.0"),
    only: ["frontend", "catalogue", "carts", "orders", "payment"],
    expect: (app) => on(app, ["memory-leak"], "rollback-deployment"),
  },
  {
    id: "init-step",
    script: (app) => ({
      inject(world) {
        planFor(world, app, (usual, _pod, container) =>
          container.name === "warm-up"
            ? {
                ...usual,
                exit: { afterMs: 900, code: 2 },
                lines: [{ ms: 700, text: "warm-up: cannot open /data/index.bin: No such file or directory" }],
              }
            : undefined,
        );
        world.deploy(app, (spec, container) => {
          spec.template.spec.initContainers = [
            { ...structuredClone(container), name: "warm-up", command: ["/app/warm-up"] },
          ].map(({ livenessProbe: _live, readinessProbe: _ready, ports: _ports, ...rest }) => rest);
        });
      },
      fix: undo(app),
    }),
    only: ["frontend", "catalogue", "carts", "payment"],
    expect: (app) => on(app, ["init-failure"], "rollback-deployment", "set-env", "free-patch", "guide"),
  },
  {
    id: "deny-ingress",
    script: (app) => ({
      inject(world) {
        world.api.create(
          object("networking.k8s.io/v1", "NetworkPolicy", `deny-${app}`, {
            metadata: { name: `deny-${app}`, namespace: world.api.namespace, uid: "" },
            spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress: [] },
          }),
        );
        world.switches.link = (_from, to) => (to === app ? { error: "timeout", code: "ETIMEDOUT" } : undefined);
      },
      fix(world) {
        world.api.remove("NetworkPolicy", `deny-${app}`);
        world.switches.link = () => undefined;
      },
    }),
    only: ["catalogue", "carts", "carts-db", "orders", "payment"],
    expect: (app) => [
      {
        causes: ["network-policy-blocked"],
        culprits: [`NetworkPolicy/deny-${app}`],
        fixes: [`guide NetworkPolicy/deny-${app}`, `free-patch NetworkPolicy/deny-${app}`],
      },
    ],
  },
];

/** Addresses that callers carry in their own environment, wrong in host or port. */
const addresses = [
  { app: "frontend", variable: "CATALOGUE_URL", value: "http://catalog" },
  { app: "frontend", variable: "CARTS_URL", value: "http://carts:9090" },
  { app: "frontend", variable: "ORDERS_URL", value: "http://order" },
  { app: "orders", variable: "CARTS_URL", value: "http://cart" },
  { app: "orders", variable: "PAYMENT_URL", value: "http://payment:8443" },
] as const;

export const breadthScenarios: readonly Scenario[] = [
  ...families.flatMap((family) =>
    apps
      .filter((app) => family.only?.includes(app) ?? true)
      .flatMap((app, i) =>
        shops.map(
          (shop): Scenario => ({
            id: `breadth-${family.id}-${app}-${shop}`,
            shop,
            script: family.script(app, i),
            expect: family.expect(app),
          }),
        ),
      ),
  ),
  ...addresses.flatMap(({ app, variable, value }) =>
    shops.map(
      (shop): Scenario => ({
        id: `breadth-address-${variable.toLowerCase()}-${app}-${shop}`,
        shop,
        script: {
          inject: (world) => world.deploy(app, (_spec, container) => setEnv(container, variable, value)),
          fix: undo(app),
        },
        expect: on(app, ["bad-upstream-url"], "rollback-deployment", "set-env"),
      }),
    ),
  ),
];
