import { roles } from "../../k8s/rbac.ts";
import { accessByResource } from "../../src/cluster/access-rules.ts";
import type { ApiObject } from "../../src/replay/api/json.ts";
import { chartObjects } from "../support/helm/chart.ts";
import type { Values } from "../support/helm/render.ts";
import { type ClusterApi, type Manifest, namedOf } from "./cluster-api.ts";

/** One thing that holds, does not hold, or could not be asked. */
export interface Check {
  readonly name: string;
  readonly result: "holds" | "broken" | "skipped";
  /** Figures, or why. */
  readonly detail: string;
}

/** Whether a kind is served: a group version alone says little, admissionregistration.k8s.io/v1 is older than its policies. */
export async function served(api: ClusterApi, apiVersion: string, kind: string): Promise<boolean> {
  const { status, body } = await api.send(
    "GET",
    apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`,
  );
  const { resources = [] } = (body ?? {}) as { resources?: readonly { readonly kind?: string }[] };
  return status === 200 && resources.some((resource) => resource.kind === kind);
}

const asManifest = (object: ApiObject): Manifest => object;

/**
 * The release that the suite renders has names of its own, so that nothing of a real installation is touched, and a
 * namespace beside the shop's: its own one it protects.
 */
export const releaseOf = (namespace: string) => ({ name: `${namespace}-bot`, namespace: `${namespace}-bot` });

const valueSets: readonly { readonly what: string; readonly values: Values }[] = [
  { what: "defaults", values: {} },
  {
    what: "everything",
    values: {
      postgresql: { enabled: true, password: "a-long-enough-one" },
      ingress: { host: "kubemend.example.com", className: "nginx" },
      serviceMonitor: { enabled: true },
      prometheusRule: { enabled: true },
      grafanaDashboard: { enabled: true },
      rbac: { approverCheck: true },
    },
  },
];

/** Every object of the chart is taken by the API server, in a dry run with strict validation. */
export async function chartIsTaken(api: ClusterApi, namespace: string): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { what, values } of valueSets) {
    const problems: string[] = [];
    const skipped = new Set<string>();
    let taken = 0;
    for (const object of chartObjects(values, releaseOf(namespace)).map(asManifest)) {
      if (!(await served(api, object.apiVersion, object.kind))) {
        skipped.add(`${object.kind} (${object.apiVersion} is not served)`);
        continue;
      }
      try {
        await api.apply(object, { dryRun: true });
        taken++;
      } catch (error) {
        problems.push(String(error instanceof Error ? error.message : error).slice(0, 200));
      }
    }
    checks.push({
      name: `chart, ${what}: applied in a dry run`,
      result: problems.length === 0 ? "holds" : "broken",
      detail: [`${taken} objects taken`, ...skipped, ...problems].join("; "),
    });
  }
  return checks;
}

/** Accounts, roles and the admission policy of a release, for real: what the next two checks judge. Removed by `remove`. */
export async function installIdentities(
  api: ClusterApi,
  namespace: string,
): Promise<{ readonly policyServed: boolean; readonly remove: () => Promise<void> }> {
  const policyServed = await served(api, "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy");
  const wanted =
    /^(ServiceAccount|ClusterRole|ClusterRoleBinding|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding)$/;
  const own: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: releaseOf(namespace).namespace } };
  const objects = [
    own,
    ...chartObjects({}, releaseOf(namespace))
      .map(asManifest)
      .filter(({ kind }) => wanted.test(kind) && (policyServed || !kind.startsWith("Validating"))),
  ];
  const made: Manifest[] = [];
  const remove = async () => {
    for (const object of made.toReversed()) await api.remove(namedOf(object));
  };
  try {
    for (const object of objects) {
      await api.apply(object);
      made.push(object);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { policyServed, remove };
}

const userOf = (namespace: string, account: "kubemend-watcher" | "kubemend-actor"): string => {
  const { name, namespace: own } = releaseOf(namespace);
  return `system:serviceaccount:${own}:${name}${account.replace("kubemend", "")}`;
};

const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const dangerous = [
  ...[
    "secrets",
    "serviceaccounts/token",
    "pods/exec",
    "pods/attach",
    "pods/portforward",
    "pods/ephemeralcontainers",
  ].flatMap((resource) =>
    ["get", "list", "watch", "create", "update", "patch", "delete"].map((verb) => ({ group: "", resource, verb })),
  ),
  ...["roles", "clusterroles"].flatMap((resource) =>
    ["bind", "escalate", "create"].map((verb) => ({ group: "rbac.authorization.k8s.io", resource, verb })),
  ),
  ...["users", "groups", "serviceaccounts"].map((resource) => ({ group: "", resource, verb: "impersonate" })),
  { group: "", resource: "pods", verb: "create" },
];

/** Access reviews of the cluster itself equal the generated rights, both ways (promise K1). */
export async function accessIsAsGenerated(api: ClusterApi, namespace: string): Promise<Check[]> {
  const granted = roles.flatMap(({ grants }) => accessByResource(grants));
  const checks: Check[] = [];
  for (const account of ["kubemend-watcher", "kubemend-actor"] as const) {
    const own = roles.filter(({ serviceAccount }) => serviceAccount === account);
    const textOf = (right: { group: string; resource: string; verb: string }) =>
      `${right.verb} ${right.group}/${right.resource}`;
    const held = new Set(own.flatMap(({ grants }) => grants.map(textOf)));
    const asked = new Map(
      [...granted.flatMap(({ group, resource }) => verbs.map((verb) => ({ group, resource, verb }))), ...dangerous].map(
        (right) => [textOf(right), right],
      ),
    );
    const wrong: string[] = [];
    for (const [text, { group, resource: full, verb }] of asked) {
      const [resource, subresource] = full.split("/");
      const answer = await api.send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SubjectAccessReview",
          spec: {
            user: userOf(namespace, account),
            groups: [
              "system:serviceaccounts",
              `system:serviceaccounts:${releaseOf(namespace).namespace}`,
              "system:authenticated",
            ],
            resourceAttributes: { group, resource, verb, namespace, ...(subresource ? { subresource } : {}) },
          },
        },
      });
      const { status } = (answer.body ?? {}) as { status?: { allowed?: boolean } };
      if (answer.status !== 201 || status?.allowed !== held.has(text))
        wrong.push(`${text}: ${status?.allowed ?? answer.status}`);
    }
    checks.push({
      name: `K1, ${account}: rights are those generated`,
      result: wrong.length === 0 ? "holds" : "broken",
      detail: `${asked.size} access reviews${wrong.length > 0 ? `; wrong: ${wrong.slice(0, 5).join(", ")}` : ""}`,
    });
  }
  return checks;
}

interface Hostile {
  readonly name: string;
  readonly path: string;
  readonly body: object;
}

function hostileWrites(namespace: string): readonly Hostile[] {
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/payment`;
  const pod = (spec: object) => ({ spec: { template: { spec } } });
  const container = (more: object) => pod({ containers: [{ name: "payment", ...more }] });
  return [
    ["privileges", container({ securityContext: { privileged: true } })],
    ["another program", container({ image: "registry.invalid/miner:1" })],
    ["a command", container({ command: ["sh", "-c", "true"] })],
    ["a second container", pod({ containers: [{ name: "miner", image: "registry.invalid/miner:1" }] })],
    ["the network of the node", pod({ hostNetwork: true })],
    ["the disk of the node", pod({ volumes: [{ name: "root", hostPath: { path: "/" } }] })],
    ["another account", pod({ serviceAccountName: "default" })],
    ["a Secret as a volume", pod({ volumes: [{ name: "s", secret: { secretName: "carts-db" } }] })],
    ["a label of its own", { metadata: { labels: { owned: "yes" } } }],
    ["a finalizer", { metadata: { finalizers: ["example.com/mine"] } }],
  ].map(([name, body]) => ({ name: String(name), path: deployment, body: body as object }));
}

/** Hostile writes with the actor's identity are refused by the admission policy, and an honest one is not (promise K2). */
export async function admissionHolds(api: ClusterApi, namespace: string, policyServed: boolean): Promise<Check> {
  const name = "K2: the actor's writes are limited to what the catalogue does";
  if (!policyServed)
    return {
      name,
      result: "skipped",
      detail: "the cluster serves no ValidatingAdmissionPolicy v1 (Kubernetes 1.30 and newer do)",
    };
  const as = userOf(namespace, "kubemend-actor");
  const send = async ({ path, body }: Hostile) =>
    await api.send("PATCH", `${path}?dryRun=All`, { body, contentType: "application/strategic-merge-patch+json", as });
  const honest = {
    name: "honest",
    path: `/apis/apps/v1/namespaces/${namespace}/deployments/payment`,
    body: {
      spec: { template: { spec: { containers: [{ name: "payment", resources: { limits: { memory: "200Mi" } } }] } } },
    },
  };
  const allowed = await send(honest);
  if (allowed.status === 403 && /impersonate/.test(allowed.text))
    return { name, result: "skipped", detail: "the kubeconfig's user may not impersonate a ServiceAccount" };
  const through: string[] = [];
  const writes = hostileWrites(namespace);
  for (const write of writes) {
    const { status, text } = await send(write);
    if (status < 400 || !text.includes("kubemend's actor: ")) through.push(`${write.name} (${status})`);
  }
  const problems = [
    ...through.map((one) => `let through: ${one}`),
    ...(allowed.status >= 300 ? [`an honest write was refused (${allowed.status})`] : []),
  ];
  return {
    name,
    result: problems.length === 0 ? "holds" : "broken",
    detail: [`${writes.length - through.length} of ${writes.length} hostile writes refused`, ...problems].join("; "),
  };
}
