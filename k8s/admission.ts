import { stringify } from "yaml";
import { type Shape, shapesByResource } from "../src/actions/write-shapes.ts";
import { actorGrants } from "../src/adapters/kubernetes-actor/rbac.ts";
import { createdAutoscaler, createdJob, quoted, ruleVariables } from "./admission-rules.ts";
import { onlyDiffersIn } from "./only-differs.ts";

/** Kubernetes 1.30 and newer serve `v1`; 1.28 and 1.29 serve `v1beta1` where an administrator has switched it on. */
export interface AdmissionOptions {
  readonly namespace: string;
  readonly version?: "v1" | "v1beta1";
  /** What the names of kubemend's own objects start with; default `kubemend`. */
  readonly prefix?: string;
}

interface Validation {
  readonly expression: string;
  readonly message: string;
}

const labels = { "app.kubernetes.io/name": "kubemend", "app.kubernetes.io/part-of": "kubemend" };

const operations: Readonly<Record<string, string>> = { patch: "UPDATE", create: "CREATE", delete: "DELETE" };

/** Every operation that the actor's role allows, as the policy sees it. */
export function allowedOperations(): string[] {
  const writes = actorGrants().flatMap(({ verb, group, resource }) => {
    const operation = resource === "pods/proxy" && verb === "create" ? "CONNECT" : operations[verb];
    return operation ? [`${operation} ${group}/${resource}`] : [];
  });
  // Questions about one's own rights are creations as well; nothing is stored.
  const asked = ["authorization.k8s.io/selfsubjectaccessreviews", "authorization.k8s.io/selfsubjectrulesreviews"];
  return [...new Set([...writes, ...asked.map((resource) => `CREATE ${resource}`)])].toSorted();
}

/** ConfigMaps by which pods know whom to trust: of Kubernetes, Istio and OpenShift. */
const trustedRoots = ["kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt"];

const when = (operation: string, resource: string) =>
  `request.operation == '${operation}' && variables.what == '${resource}'`;
const only = (condition: string, expression: string) => `!(${condition}) || (${expression})`;

const stampKeys = quoted(["kubemend.dev/incident", "kubemend.dev/plan-digest"]);
const annotations = (of: string) => `(has(${of}.metadata.annotations) ? ${of}.metadata.annotations : dyn({}))`;
/** The API server itself counts the templates of a DaemonSet there; what a client sends is overwritten before we see it. */
const countedByServer = "(k == 'deprecated.daemonset.template.generation' && variables.what == 'apps/daemonsets')";
const finalizers = (of: string) => `(has(${of}.metadata.finalizers) ? ${of}.metadata.finalizers : dyn([]))`;
const isMainUpdate = "request.operation == 'UPDATE' && variables.sub == ''";

/** What holds for every object, whatever its kind. */
function commonValidations(): Validation[] {
  return [
    {
      message: "no action of the catalogue does this",
      expression: `(request.operation + ' ' + variables.what) in ${quoted(allowedOperations())}`,
    },
    {
      message: "one object is deleted at a time",
      expression: only("request.operation == 'DELETE'", "has(request.name) && request.name != ''"),
    },
    {
      message: "this namespace is protected",
      expression: "!(variables.namespace in variables.protectedNamespaces)",
    },
    {
      message: "a change bears the incident and the digest of the plan that was approved",
      expression: only(
        "variables.sub == '' && request.operation in ['CREATE', 'UPDATE'] && !variables.dryRun && request.resource.group != 'authorization.k8s.io'",
        `'kubemend.dev/plan-digest' in ${annotations("object")} && ${annotations("object")}['kubemend.dev/plan-digest'].matches('^(undone-)?[0-9a-f]{64}$')` +
          ` && 'kubemend.dev/incident' in ${annotations("object")} && ${annotations("object")}['kubemend.dev/incident'].matches('^[0-9]{1,19}$')`,
      ),
    },
    {
      message: "of the metadata only kubemend's own two annotations and finalizers may change",
      expression: only(
        isMainUpdate,
        [
          onlyDiffersIn(
            {
              fields: {
                annotations: "any",
                finalizers: "any",
                managedFields: "any",
                generation: "any",
                resourceVersion: "any",
              },
            },
            "object.metadata",
            "oldObject.metadata",
          ),
          `${annotations("object")}.all(k, k in ${stampKeys} || ${countedByServer} || (k in ${annotations("oldObject")} && ${annotations("object")}[k] == ${annotations("oldObject")}[k]))`,
          `${annotations("oldObject")}.all(k, k in ${annotations("object")})`,
        ].join(" && "),
      ),
    },
    {
      message: "a finalizer is only removed, and only from an object that is being deleted",
      expression: only(
        isMainUpdate,
        `${finalizers("object")} == ${finalizers("oldObject")} || (has(oldObject.metadata.deletionTimestamp) && ${finalizers("object")}.all(f, f in ${finalizers("oldObject")}))`,
      ),
    },
  ];
}

/** What holds for one kind of object. */
function kindValidations(): Validation[] {
  const shapes = shapesByResource();
  const updated = allowedOperations().flatMap((text) => {
    const [operation, resource = ""] = text.split(" ");
    return operation === "UPDATE" && resource.split("/").length === 2 ? [resource] : [];
  });
  return updated.map((resource) => {
    const shape = shapes.get(resource) ?? { fields: {} };
    const top = shape === "any" || !("fields" in shape) ? {} : shape.fields;
    const whole: Shape = { fields: { ...top, metadata: "any" } };
    return {
      message: `of ${resource.startsWith("/") ? resource.slice(1) : resource} only what the catalogue changes may change`,
      expression: only(when("UPDATE", resource), onlyDiffersIn(whole, "object", "oldObject")),
    };
  });
}

function otherValidations(prefix: string): Validation[] {
  const scales = allowedOperations().flatMap((text) => (text.endsWith("/scale") ? [text.slice("UPDATE ".length)] : []));
  return [
    {
      message: "a scale changes the number of replicas and nothing else",
      expression: only(
        `request.operation == 'UPDATE' && variables.what in ${quoted(scales)}`,
        // No replicas are no field: ScaleSpec has `omitempty`.
        `(!has(object.spec.replicas) || object.spec.replicas <= 1000) && ${onlyDiffersIn(
          { fields: { metadata: "any", status: "any", spec: { fields: { replicas: "any" } } } },
          "object",
          "oldObject",
        )}`,
      ),
    },
    ...createdJob.map(({ message, holds }) => ({ message, expression: only(when("CREATE", "batch/jobs"), holds) })),
    ...createdAutoscaler.map(({ message, holds }) => ({
      message,
      expression: only(when("CREATE", "autoscaling/horizontalpodautoscalers"), holds),
    })),
    {
      message: "only autoscalers that kubemend has made are deleted",
      expression: only(
        when("DELETE", "autoscaling/horizontalpodautoscalers"),
        `'kubemend.dev/created' in ${annotations("oldObject")}`,
      ),
    },
    {
      message: "roles of the cluster itself and of kubemend stay as they are",
      expression: only(
        "request.operation == 'UPDATE' && request.resource.group == 'rbac.authorization.k8s.io'",
        `!(object.metadata.name in ['cluster-admin', 'admin', 'edit', 'view']) && !object.metadata.name.startsWith('system:') && !object.metadata.name.startsWith('${prefix}-')`,
      ),
    },
    {
      message: "certificates of the cluster stay as they are",
      expression: only(when("UPDATE", "/configmaps"), `!(object.metadata.name in ${quoted(trustedRoots)})`),
    },
  ];
}

/** The policy on what the actor's ServiceAccount may write, and its binding. */
export function admissionObjects({ namespace, version = "v1", prefix = "kubemend" }: AdmissionOptions): object[] {
  const name = `${prefix}-actor`;
  const apiVersion = `admissionregistration.k8s.io/${version}`;
  const metadata = { name, labels };
  const closed = ["kube-system", "kube-public", "kube-node-lease", namespace];
  const policy = {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata,
    spec: {
      // What cannot be judged is refused.
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
      },
      matchConditions: [
        {
          name: "the-actor",
          expression: `request.userInfo.username == 'system:serviceaccount:${namespace}:${name}'`,
        },
      ],
      variables: [
        { name: "protectedNamespaces", expression: quoted(closed) },
        // Fields of pod specs and containers (command, args, ...) that a rollback may bring back too, and exec, secrets, volumes, accounts.
        { name: "listed", expression: "['']" },
        // What the images of re-run Jobs must begin with: the policy cannot look at the Job that is repeated. Nothing: any.
        { name: "jobImages", expression: "['']" },
        ...ruleVariables(),
        { name: "sub", expression: "has(request.subResource) ? request.subResource : ''" },
        { name: "namespace", expression: "has(request.namespace) ? request.namespace : ''" },
        { name: "dryRun", expression: "has(request.dryRun) && request.dryRun" },
        {
          name: "what",
          expression:
            "request.resource.group + '/' + request.resource.resource + (variables.sub == '' ? '' : '/' + variables.sub)",
        },
      ],
      validations: [...commonValidations(), ...kindValidations(), ...otherValidations(prefix)].map(
        ({ expression, message }) => ({ expression, message: `kubemend's actor: ${message}`, reason: "Forbidden" }),
      ),
    },
  };
  const binding = {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata,
    spec: { policyName: name, validationActions: ["Deny"] },
  };
  return [policy, binding];
}

const header = `# Generated by npm run manifests from src/actions/write-shapes.ts, the permissions in src/actions/catalogue and
# k8s/admission-rules.ts. Change those, not this file. Needs Kubernetes 1.30; docs/install.md says what to do before that.
`;

/** The text of k8s/admission.yaml. */
export function admissionYaml(namespace: string): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return (
    header +
    admissionObjects({ namespace })
      .map((object) => `---\n${stringify(object, options)}`)
      .join("")
  );
}
