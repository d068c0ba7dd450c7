/** Codes of causes: one vocabulary for diagnoses, recordings, experiments, outcomes and confidence. Add, never rename. */
export const causeTitles = {
  "memory-limit-too-low": "memory limit too low",
  "memory-leak": "memory leak",
  "cpu-throttling": "CPU limit too low",
  "cpu-saturation": "out of CPU",
  "image-not-found": "image does not exist",
  "image-pull-denied": "registry refused the image pull",
  "missing-env": "required environment variable missing",
  "missing-config": "referenced ConfigMap, Secret or key missing",
  "bad-config": "wrong configuration value",
  "bad-upstream-url": "configured upstream address is wrong",
  "bad-command": "command cannot start",
  "init-failure": "init container fails",
  "bad-liveness-probe": "liveness probe kills a healthy container",
  "bad-readiness-probe": "readiness probe keeps a healthy pod out",
  "bad-release": "defect in the new release",
  unschedulable: "no node satisfies the pod's requests or constraints",
  "node-unschedulable": "node cordoned or tainted",
  "node-down": "node not ready or broken",
  "node-pressure": "node under resource pressure",
  "quota-exceeded": "quota or limit range forbids the pods",
  "selector-mismatch": "service selects no pods or the wrong ones",
  "service-port-mismatch": "service port points where nothing listens",
  "dependency-down": "a dependency is down",
  "slow-dependency": "a dependency answers slowly",
  "pool-exhausted": "connection pool exhausted",
  "rate-limited": "rate limit exceeded",
  "permission-denied": "permission denied",
  "certificate-expired": "TLS certificate expired",
  "dns-failure": "cluster DNS failing",
  "network-fault": "network loses, delays or corrupts packets",
  "network-policy-blocked": "network policy blocks needed traffic",
  "ephemeral-storage": "ephemeral storage exceeded",
  "volume-full": "volume full",
  "volume-pending": "volume cannot be bound, mounted or enlarged",
  "job-failing": "job fails again and again",
  "hpa-maxed": "autoscaler at its maximum and still saturated",
  "hpa-broken": "autoscaler cannot read its metric or target",
  "webhook-blocking": "admission webhook blocks changes",
  "stuck-terminating": "object stuck while terminating",
  "load-spike": "demand rose beyond capacity",
  "external-dependency": "something outside the cluster fails",
  "monitoring-blind": "monitoring data is not arriving",
  "application-degraded": "trouble in the application itself",
  unknown: "evidence does not decide",
} as const;

export type CauseCode = keyof typeof causeTitles;

/** For codes that come from outside: a model, a recording, a database of another version. */
export const isCauseCode = (text: string): text is CauseCode => Object.hasOwn(causeTitles, text);

export const causeCodes = Object.keys(causeTitles) as readonly CauseCode[];
