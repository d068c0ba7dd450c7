import { harmlessWords, loaderFamilies, loaderNames } from "../src/actions/loader-variables.ts";
import type { ShapeRule } from "../src/actions/write-shapes.ts";

/** A CEL expression over two others: the value as it is to be, and as it was. */
export type Rule = (next: string, old: string) => string;

const both =
  (subset: Rule): Rule =>
  (next, old) =>
    `${subset(next, old)} && ${subset(old, next)}`;

/** Registry, port of the registry and path, without tag and digest. */
const repository = (image: string) => `${image}.find('^([^@:/]+(:[0-9]+)?/)?[^@:]+')`;

/** Every item that satisfies `is` has one in the other list with the same name. */
const keeps = (is: (item: string) => string, name: (item: string) => string): Rule =>
  both((a, b) => `${a}.all(x, !(${is("x")}) || ${b}.exists(y, ${is("y")} && ${name("y")} == ${name("x")}))`);

const secretKey = (item: string) => `has(${item}.valueFrom) && has(${item}.valueFrom.secretKeyRef)`;

/** Loads or starts something. Names are looked up: a long expression would cost ten times as much. */
const isLoader = (name: string) => `(${name} in variables.loaders || ${name}.matches('${loaderFamilies}'))`;
/** What of a value may load something, in its order. */
const loading = (name: string, value: string) =>
  `(${value}).split(' ').filter(w, !(${name} + ' ' + w).matches(variables.harmlessWords))`;
const literal = (item: string) => `has(${item}.value) ? ${item}.value : ''`;
const reference = (item: string) => `(has(${item}.valueFrom) ? [${item}.valueFrom] : [])`;
const names = (item: string, name: string) => `${item}.value.contains('$(' + ${name} + ')')`;
/** Refers to another variable, and is a loader or stands in one. */
const passesOn = (l: string, all: string) =>
  `has(${l}.value) && ${l}.value.contains('$(')` +
  ` && (${isLoader(`${l}.name`)} || ${all}.exists(m, has(m.value) && ${names("m", `${l}.name`)} && ${isLoader("m.name")}))`;
/**
 * No variable of the list makes a program load what none of the other makes it load, nor one that it names as `$(NAME)`, nor one
 * that such a one names.
 */
const loadsNothingNew: Rule = (a, b) =>
  `[${a}.filter(l, ${passesOn("l", a)})].all(r, ${a}.all(x,` +
  ` !(${isLoader("x.name")} || r.exists(l, ${names("l", "x.name")}))` +
  ` || (!has(x.valueFrom) && ${loading("x.name", literal("x"))} == [])` +
  ` || ${b}.exists(y, y.name == x.name && ${reference("y")} == ${reference("x")} && ${loading("y.name", literal("y"))} == ${loading("x.name", literal("x"))})))`;

/** What the rules look up, made once for a request. */
export const ruleVariables = () => [
  { name: "loaders", expression: quoted(loaderNames) },
  { name: "harmlessWords", expression: `'${harmlessWords}'` },
  { name: "idleMarks", expression: `'${idleMarks}'` },
];

/** A volume that shows the pod nothing but settings and an empty folder. */
const harmlessVolume = (volume: string) => `${volume}.all(k, k in ['name', 'configMap', 'emptyDir', 'downwardAPI'])`;

/** A CEL list of texts. */
export const quoted = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(", ")}]`;

/**
 * Annotations and labels of pods that nobody acts upon: without a domain, and of these. Many others are orders to webhooks,
 * such as `sidecar.istio.io/proxyImage`: a container more, and an image of one's choice in it.
 */
const idleMarks =
  "^([^/]+|[^./]+/[^/]+|(prometheus[.]io|app[.]kubernetes[.]io|helm[.]sh)/[^/]+|kubectl[.]kubernetes[.]io/restartedAt|kubernetes[.]io/change-cause)$";
const keepsOrders = (listed: string): Rule =>
  both(
    (a, b) =>
      `('${listed}' in variables.listed || ${a}.all(k, k.matches(variables.idleMarks) || (k in ${b} && ${b}[k] == ${a}[k])))`,
  );

const readVerbs = ["get", "list", "watch"];
const grantedVerbs = [...readVerbs, "create", "update", "patch", "delete"];
/** Whoever may write or call these can become anybody. */
const closedResources = [
  ...["*", "secrets", "serviceaccounts", "serviceaccounts/token", "nodes/proxy", "pods/proxy", "services/proxy"],
  ...["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"],
  ...["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
  ...["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
  ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
  ...["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
  ...["certificatesigningrequests", "certificatesigningrequests/approval", "certificatesigningrequests/status"],
];
/** Many programs read these; who writes them gets at nodes, at other namespaces or at what the API is. */
const readOnlyResources = [
  ...["nodes", "nodes/status", "namespaces", "namespaces/finalize", "namespaces/status", "persistentvolumes"],
  ...["customresourcedefinitions", "apiservices"],
];
const harmlessRoleRule = (rule: string) =>
  `has(${rule}.resources) && has(${rule}.apiGroups) && !has(${rule}.nonResourceURLs)` +
  ` && ${rule}.verbs.all(v, v in ${quoted(grantedVerbs)}) && ${rule}.apiGroups.all(g, g != '*')` +
  ` && ${rule}.resources.all(r, !(r in ${quoted(closedResources)}) && !r.contains('*'))` +
  ` && (${rule}.verbs.all(v, v in ${quoted(readVerbs)}) || ${rule}.resources.all(r, !(r in ${quoted(readOnlyResources)})))`;

/** The hosts that a probe or a hook asks; the kubelet asks from the network of the node. `''` is the pod itself. */
const hostsAsked = (handler: string) =>
  `(has(${handler}.httpGet) && has(${handler}.httpGet.host) ? ${handler}.httpGet.host : '')` +
  ` + '|' + (has(${handler}.tcpSocket) && has(${handler}.tcpSocket.host) ? ${handler}.tcpSocket.host : '')`;

/**
 * What a rule of a shape means. Each is the same in both directions: whatever may be changed may be changed back, so that
 * an undo is never refused where the change was not. Lists are never absent here.
 */
export const shapeRules: Readonly<Record<ShapeRule, { readonly empty: string; readonly holds: Rule }>> = {
  // Another version of the same program, never another program.
  image: { empty: "''", holds: (a, b) => `${repository(a)} == ${repository(b)}` },
  // A command in a probe runs inside the container; another host is asked from the network of the node.
  probe: {
    empty: "{}",
    holds: (a, b) =>
      `('exec' in variables.listed || (has(${a}.exec) == has(${b}.exec) && (!has(${a}.exec) || ${a}.exec == ${b}.exec)))` +
      ` && ${hostsAsked(a)} == ${hostsAsked(b)}`,
  },
  // A port of the node is taken by nobody who has not got it.
  ports: {
    empty: "[]",
    holds: keeps(
      (x) => `has(${x}.hostPort)`,
      (x) => `${x}.hostPort`,
    ),
  },
  env: {
    empty: "[]",
    holds: (a, b) =>
      `('secrets' in variables.listed || (${keeps(secretKey, (x) => `${x}.valueFrom.secretKeyRef.name`)(a, b)}))` +
      ` && ('loaders' in variables.listed || (${both(loadsNothingNew)(a, b)}))`,
  },
  envFrom: {
    empty: "[]",
    holds: (a, b) =>
      `('secrets' in variables.listed || (${keeps(
        (x) => `has(${x}.secretRef)`,
        (x) => `${x}.secretRef.name`,
      )(a, b)}))` +
      // `LD_` before every key of a ConfigMap.
      ` && ('loaders' in variables.listed || (${both((p, q) => `${p}.all(x, !has(x.prefix) || x.prefix == '' || ${q}.exists(y, y == x))`)(a, b)}))`,
  },
  // Keys of ConfigMaps become variables (`envFrom`).
  configData: {
    empty: "{}",
    holds: (a, b) =>
      `('loaders' in variables.listed || (${both(
        (p, q) =>
          `${p}.all(k, !${isLoader("k")} || ${loading("k", `${p}[k]`)} == ${loading("k", `k in ${q} ? ${q}[k] : ''`)})`,
      )(a, b)}))`,
  },
  volumes: {
    empty: "[]",
    holds: (a, b) =>
      `('volumes' in variables.listed || (${both((p, q) => `${p}.all(x, ${harmlessVolume("x")} || ${q}.exists(y, y == x))`)(a, b)}))`,
  },
  annotations: { empty: "{}", holds: keepsOrders("annotations") },
  labels: { empty: "{}", holds: keepsOrders("labels") },
  roleRules: {
    empty: "[]",
    holds: both((a, b) => `${a}.all(x, (${harmlessRoleRule("x")}) || ${b}.exists(y, y == x))`),
  },
};

/** What a Job that is created may not have, whatever the Job was that it repeats: the policy cannot look at that one. */
const podOfJob = "object.spec.template.spec";
const containersOfJob = `(${podOfJob}.containers + (has(${podOfJob}.initContainers) ? ${podOfJob}.initContainers : dyn([])))`;

const isSet = (of: string, field: string) => `(has(${of}.${field}) && ${of}.${field})`;
/** Other kinds of volume reach the node (hostPath, flexVolume, gitRepo, ...) or disks that nobody has claimed (nfs, iscsi, ...). */
const jobVolumes = quoted([
  ...["name", "configMap", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim"],
  // These show Secrets: another rule.
  ...["secret", "projected", "csi"],
]);
/** Of a security context, for the pod or for a container: nothing less confined than by default. */
const confined = (context: string) =>
  `!(has(${context}.windowsOptions) && ${isSet(`${context}.windowsOptions`, "hostProcess")})` +
  ` && !(has(${context}.seccompProfile) && ${context}.seccompProfile.type == 'Unconfined')` +
  ` && !(has(${context}.appArmorProfile) && ${context}.appArmorProfile.type == 'Unconfined')` +
  ` && !has(${context}.seLinuxOptions)`;
const asksOnlyItself = (container: string) =>
  ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"]
    .map((handler) => {
      const parts = handler.split(".").map((_, i, all) => `has(${[container, ...all.slice(0, i + 1)].join(".")})`);
      return `(!(${parts.join(" && ")}) || ${hostsAsked(`${container}.${handler}`)} == '|')`;
    })
    .join(" && ");

export const createdJob: readonly { readonly message: string; readonly holds: string }[] = [
  {
    message: "a Job that is created runs images of the repositories that are named",
    holds: `${containersOfJob}.all(c, variables.jobImages.exists(p, c.image.startsWith(p)))`,
  },
  {
    message: "a Job is only created as a re-run of another",
    holds:
      "has(object.metadata.annotations) && 'kubemend.dev/rerun-of' in object.metadata.annotations && object.metadata.name.matches('-rerun-[a-z0-9]+$') && !has(object.metadata.ownerReferences) && !has(object.metadata.finalizers)",
  },
  {
    message: "a Job that is created runs at most a thousand pods at once",
    holds: "!has(object.spec.parallelism) || object.spec.parallelism <= 1000",
  },
  {
    message: "a Job that is created gets no way to its node",
    holds:
      `${["hostNetwork", "hostPID", "hostIPC"].map((field) => `!${isSet(podOfJob, field)}`).join(" && ")} && !has(${podOfJob}.nodeName)` +
      ` && (!has(${podOfJob}.volumes) || ${podOfJob}.volumes.all(v, v.all(k, k in ${jobVolumes})))` +
      ` && ${containersOfJob}.all(c, (!has(c.ports) || c.ports.all(p, !has(p.hostPort))) && ${asksOnlyItself("c")})`,
  },
  {
    message: "a Job that is created runs without privileges",
    holds:
      `(!has(${podOfJob}.securityContext) || (${confined(`${podOfJob}.securityContext`)} && !has(${podOfJob}.securityContext.sysctls)))` +
      ` && !(has(object.spec.template.metadata) && has(object.spec.template.metadata.annotations) && object.spec.template.metadata.annotations.exists(k, k.startsWith('container.apparmor.security.beta.kubernetes.io/') && object.spec.template.metadata.annotations[k] == 'unconfined'))` +
      ` && ${containersOfJob}.all(c, !has(c.securityContext) || (!${isSet("c.securityContext", "privileged")} && !${isSet("c.securityContext", "allowPrivilegeEscalation")} && !(has(c.securityContext.capabilities) && has(c.securityContext.capabilities.add)) && !(has(c.securityContext.procMount) && c.securityContext.procMount != 'Default') && ${confined("c.securityContext")}))`,
  },
  {
    message: "a Job that is created runs as the default account of its namespace",
    holds: `'accounts' in variables.listed || (${["serviceAccountName", "serviceAccount"]
      .map((field) => `(!has(${podOfJob}.${field}) || ${podOfJob}.${field} in ['', 'default'])`)
      .join(" && ")})`,
  },
  {
    message: "a Job that is created reads no Secret",
    holds:
      `'secrets' in variables.listed || (!has(${podOfJob}.imagePullSecrets) && (!has(${podOfJob}.volumes) || ${podOfJob}.volumes.all(v, !has(v.secret) && !has(v.projected) && !has(v.csi)))` +
      ` && ${containersOfJob}.all(c, (!has(c.env) || c.env.all(e, !(${secretKey("e")}))) && (!has(c.envFrom) || c.envFrom.all(e, !has(e.secretRef)))))`,
  },
];

export const createdAutoscaler: readonly { readonly message: string; readonly holds: string }[] = [
  {
    message: "an autoscaler that is created scales the workload of its name by CPU and is marked as kubemend's",
    holds:
      "object.spec.all(k, k in ['scaleTargetRef', 'minReplicas', 'maxReplicas', 'metrics']) && object.spec.scaleTargetRef.kind in ['Deployment', 'StatefulSet'] && object.spec.scaleTargetRef.name == object.metadata.name && object.spec.maxReplicas <= 1000" +
      " && object.spec.metrics.all(m, m.type == 'Resource' && m.resource.name == 'cpu') && !has(object.metadata.ownerReferences) && !has(object.metadata.finalizers)" +
      " && has(object.metadata.annotations) && 'kubemend.dev/created' in object.metadata.annotations",
  },
];
