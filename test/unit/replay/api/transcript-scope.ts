import { type ApiObject, copy, isObject, type JsonObject, objectAt } from "../../../../src/replay/api/json.ts";
import { type Exchange, readGroup } from "./transcripts.ts";

type Reasons = Readonly<Record<string, Readonly<Record<number, string>>>>;

const lines = (from: number, to: number, reason: string): Record<number, string> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [from + i, reason]));

const policies = "ValidatingAdmissionPolicy is not part of the emulator; tests of refusals use its admit hook";
const podAdmission = "admission plug-ins for service accounts, priorities and pod security are not emulated";
const ownership = "field ownership (managedFields) is not kept, so an apply neither conflicts nor removes";
const tables = "no tables are made: clients that ask for one also accept plain JSON";
const elsewhere = "counts objects of other namespaces, or of before the recording, that it does not show";
const tokens = "tokens are not issued: the authenticate option decides who a token is";

/** Exchanges that are not compared, by group and line. Everything else is. */
export const outOfScope: Reasons = {
  admission: { ...lines(1, 16, policies), ...lines(17, 21, podAdmission) },
  apply: { ...lines(2, 3, ownership), 8: ownership, ...lines(9, 10, ownership), 18: ownership },
  auth: {
    23: "escalation checks on roles are not emulated",
    28: tokens,
    29: tokens,
    46: "lists of a user's rules are not made; SelfSubjectAccessReview is answered",
    54: tokens,
  },
  dryrun: { 14: ownership },
  events: { 11: tables, 30: elsewhere },
  hpa: { 11: "autoscaling/v1 autoscalers are another view of those of v2; only its Scale is served" },
  node: { 7: tables },
  read: { 30: tables, 31: tables, 42: "names the start-up hooks of one build", 48: elsewhere },
};

const group = "rbac.authorization.k8s.io";
const binding = (name: string, accounts: readonly string[]): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind: "RoleBinding",
  metadata: { name, namespace: "apilab" },
  roleRef: { apiGroup: group, kind: "Role", name },
  subjects: accounts.map((account) => ({ kind: "ServiceAccount", name: account, namespace: "apilab" })),
});

const allVerbs = ["get", "list", "watch", "create", "update", "patch"];
const deployments = ["deployments", "deployments/scale"];

/** The role of the recorded bot; its creation was not recorded. */
const botRole: JsonObject = {
  apiVersion: `${group}/v1`,
  kind: "Role",
  metadata: { name: "bot", namespace: "apilab" },
  rules: [
    { apiGroups: ["apps"], resources: deployments, verbs: ["get", "list", "watch", "patch"] },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: allVerbs },
    { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] },
    { apiGroups: [group], resources: ["roles"], verbs: ["create"] },
  ],
};

/** What every group starts with. */
export const fixtures: readonly JsonObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "apilab" }, status: { phase: "Active" } },
  botRole,
  binding("bot", ["bot"]),
];

type State = { readonly running: JsonObject } | { readonly waiting: JsonObject } | { readonly terminated: JsonObject };

const status = (name: string, state: State, last?: JsonObject): JsonObject => ({
  name,
  state,
  lastState: last === undefined ? {} : { terminated: last },
  ...("running" in state ? { containerID: "containerd://a" } : {}),
});

/** A pod with the container states that its logs depend on. */
function pod(
  name: string,
  containers: readonly JsonObject[],
  init: readonly JsonObject[] = [],
  scheduled = true,
): ApiObject {
  const specOf = (list: readonly JsonObject[]): JsonObject[] =>
    list.map((c) => ({ name: c["name"], image: "node:local" }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "apilab", uid: crypto.randomUUID(), resourceVersion: "" },
    spec: {
      containers: specOf(containers),
      initContainers: specOf(init),
      ...(scheduled ? { nodeName: "node-1" } : {}),
    },
    status: { phase: "Running", containerStatuses: scheduled ? [...containers] : [], initContainerStatuses: [...init] },
  };
}

const ended = (run: string): JsonObject => ({
  containerID: `containerd://${run}`,
  exitCode: 1,
  startedAt: "2026-11-20T22:46:07Z",
  finishedAt: "2026-11-20T22:46:08Z",
});
const backingOff = (run: string): ApiObject =>
  pod("crash", [status("app", { waiting: { reason: "CrashLoopBackOff" } }, ended(run))]);
const running: State = { running: { startedAt: "2026-11-20T22:47:00Z" } };
const waiting = (reason: string): State => ({ waiting: { reason } });

const configMap = (name: string, metadata: JsonObject = {}): ApiObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...metadata, name, namespace: "apilab", uid: crypto.randomUUID(), resourceVersion: "" },
});

/** The body of another answer of a group: a state the recorder made without a record, or a controller's write. */
function bodyOf(name: string, line: number, change: (object: JsonObject) => void = () => undefined): ApiObject {
  const { body } = readGroup(name)[line - 1]?.response ?? { body: null };
  const object = copy(isObject(body) ? body : {}) as ApiObject;
  for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds", "finalizers"]) delete object.metadata[field];
  object.metadata.uid = crypto.randomUUID();
  object.metadata.resourceVersion = "";
  change(object);
  return object;
}

const twoFinalizers = { finalizers: ["apilab.example.com/hold", "apilab.example.com/other"] };
const generationOne = (object: JsonObject): void => {
  objectAt(object, "metadata")["generation"] = 1;
};

/** Objects that were there, or were changed by a controller, without a request in the record. */
const puts: Readonly<Record<string, () => readonly ApiObject[]>> = {
  "auth:31": () => [{ ...configMap("nobody"), kind: "ServiceAccount" }],
  "config-service:9": () => [{ ...configMap("to-empty"), data: { a: "1" } }],
  "dryrun:29": () => [bodyOf("dryrun", 29, generationOne)],
  "dryrun:52": () => [bodyOf("dryrun", 53)],
  "dryrun:56": () => [bodyOf("dryrun", 53)],
  "dryrun:58": () => [bodyOf("dryrun", 59)],
  "evict-delete:2": () => [bodyOf("evict-delete", 3)],
  "evict-delete:16": () => [configMap("del")],
  "evict-delete:22": () => [bodyOf("evict-delete", 22, generationOne)],
  "evict-delete:25": () => [bodyOf("evict-delete", 25, generationOne)],
  "evict-delete:27": () => [
    bodyOf("evict-delete", 27, (o) =>
      Object.assign(objectAt(o, "metadata"), { generation: 1, finalizers: ["apilab.example.com/hold"] }),
    ),
  ],
  "evict-delete:33": () => [configMap("f", twoFinalizers)],
  "evict-delete:37": () => [bodyOf("evict-delete", 37, generationOne)],
  "evict-delete:39": () => [bodyOf("evict-delete", 39, generationOne)],
  "evict-delete:42": () => [bodyOf("evict-delete", 39, generationOne)],
  "evict-delete:44": () => ["bulk-1", "bulk-2"].map((name) => configMap(name, { labels: { bulk: "yes" } })),
  "evict-delete:45": () => [bodyOf("evict-delete", 8, (o) => Object.assign(objectAt(o, "metadata"), { name: "web2" }))],
  "logs:1": () => [
    backingOff("a"),
    pod("talker", [status("main", running), status("side", running)]),
    pod("waiting-image", [status("app", waiting("ErrImagePull"))]),
    pod("unscheduled", [status("app", waiting(""))], [], false),
    pod("initing", [status("app", waiting("PodInitializing"))], [status("setup", running)]),
    pod("no-config", [status("app", waiting("CreateContainerConfigError"))]),
    pod("short", [status("app", running, ended("ed2a3030961962d4a1a111e41d4b08f63f6f11ce216ff8c00a4f94424f9bd861"))]),
  ],
  "logs:30": () => [backingOff("b")],
  "logs:35": () => [backingOff("c")],
  "namespace:14": () =>
    [configMap("web-files", { finalizers: ["apilab.example.com/hold"], labels: { app: "web" } })].map((o) => ({
      ...o,
      data: objectAt(readGroup("namespace")[13]?.response.body, "data"),
    })),
};

/** What kubelet and controllers had removed by then; the requests themselves only asked for it. */
const gone: Readonly<Record<string, readonly string[]>> = {
  "auth:3": ["Pod/apilab/web-6fc57d877c-*", "Pod/apilab/web-67768c785-*"],
  "evict-delete:13": ["Pod/apilab/web-9f8f9f479-74ztv"],
  "evict-delete:40": ["Deployment/apilab/tree"],
  "logs:28": ["Pod/apilab/talker"],
  "namespace:1": ["Namespace//apilab"],
  "namespace:17": ["Namespace//apilab"],
};

export function putBefore(exchange: Exchange): readonly ApiObject[] {
  return puts[`${exchange.group}:${exchange.line}`]?.() ?? [];
}

export function goneBefore(exchange: Exchange): readonly string[] {
  return gone[`${exchange.group}:${exchange.line}`] ?? [];
}

/** When a request was sent, where the answer depends on it. */
export function nowAt(exchange: Exchange): number | undefined {
  return exchange.group === "logs" ? Date.parse("2026-11-20T22:47:07.1Z") : undefined;
}
