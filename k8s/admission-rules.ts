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

/** A volume that shows the pod nothing but settings and an empty folder. */
const harmlessVolume = (volume: string) => `${volume}.all(k, k in ['name', 'configMap', 'emptyDir', 'downwardAPI'])`;

const grantedVerbs = "['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']";
const closedResources =
  "['*', 'secrets', 'serviceaccounts', 'serviceaccounts/token', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers', 'nodes/proxy', 'roles', 'clusterroles', 'rolebindings', 'clusterrolebindings', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'mutatingwebhookconfigurations', 'validatingwebhookconfigurations', 'certificatesigningrequests']";
const harmlessRoleRule = (rule: string) =>
  `has(${rule}.resources) && has(${rule}.apiGroups) && !has(${rule}.nonResourceURLs)` +
  ` && ${rule}.verbs.all(v, v in ${grantedVerbs}) && ${rule}.apiGroups.all(g, g != '*')` +
  ` && ${rule}.resources.all(r, !(r in ${closedResources}) && !r.contains('*'))`;

/**
 * What a rule of a shape means. Each is the same in both directions: whatever may be changed may be changed back, so that
 * an undo is never refused where the change was not. Lists are never absent here.
 */
export const shapeRules: Readonly<Record<ShapeRule, { readonly empty: string; readonly holds: Rule }>> = {
  // Another version of the same program, never another program.
  image: { empty: "''", holds: (a, b) => `${repository(a)} == ${repository(b)}` },
  // A command in a probe runs inside the container.
  probe: {
    empty: "{}",
    holds: (a, b) =>
      `('exec' in variables.listed || (has(${a}.exec) == has(${b}.exec) && (!has(${a}.exec) || ${a}.exec == ${b}.exec)))`,
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
      `('secrets' in variables.listed || (${keeps(secretKey, (x) => `${x}.valueFrom.secretKeyRef.name`)(a, b)}))`,
  },
  envFrom: {
    empty: "[]",
    holds: (a, b) =>
      `('secrets' in variables.listed || (${keeps(
        (x) => `has(${x}.secretRef)`,
        (x) => `${x}.secretRef.name`,
      )(a, b)}))`,
  },
  volumes: {
    empty: "[]",
    holds: (a, b) =>
      `('volumes' in variables.listed || (${both((p, q) => `${p}.all(x, ${harmlessVolume("x")} || ${q}.exists(y, y == x))`)(a, b)}))`,
  },
  roleRules: {
    empty: "[]",
    holds: both((a, b) => `${a}.all(x, (${harmlessRoleRule("x")}) || ${b}.exists(y, y == x))`),
  },
};

/** What a Job that is created may not have, whatever the Job was that it repeats: the policy cannot look at that one. */
const podOfJob = "object.spec.template.spec";
const containersOfJob = `(${podOfJob}.containers + (has(${podOfJob}.initContainers) ? ${podOfJob}.initContainers : dyn([])))`;

export const createdJob: readonly { readonly message: string; readonly holds: string }[] = [
  {
    message: "a Job is only created as a re-run of another",
    holds:
      "has(object.metadata.annotations) && 'kubemend.dev/rerun-of' in object.metadata.annotations && object.metadata.name.matches('-rerun-[a-z0-9]+$') && !has(object.metadata.ownerReferences) && !has(object.metadata.finalizers)",
  },
  {
    message: "a Job that is created gets no way to its node",
    holds:
      `!(has(${podOfJob}.hostNetwork) && ${podOfJob}.hostNetwork) && !(has(${podOfJob}.hostPID) && ${podOfJob}.hostPID) && !(has(${podOfJob}.hostIPC) && ${podOfJob}.hostIPC) && !has(${podOfJob}.nodeName)` +
      ` && (!has(${podOfJob}.volumes) || ${podOfJob}.volumes.all(v, !has(v.hostPath)))` +
      ` && ${containersOfJob}.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort)))`,
  },
  {
    message: "a Job that is created runs without privileges",
    holds: `${containersOfJob}.all(c, !has(c.securityContext) || (!(has(c.securityContext.privileged) && c.securityContext.privileged) && !(has(c.securityContext.allowPrivilegeEscalation) && c.securityContext.allowPrivilegeEscalation) && !(has(c.securityContext.capabilities) && has(c.securityContext.capabilities.add)) && !(has(c.securityContext.procMount) && c.securityContext.procMount != 'Default')))`,
  },
  {
    message: "a Job that is created runs as the default account of its namespace",
    holds: `'accounts' in variables.listed || (!has(${podOfJob}.serviceAccountName) || ${podOfJob}.serviceAccountName in ['', 'default'])`,
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
