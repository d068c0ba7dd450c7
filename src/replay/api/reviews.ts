import { mediaType, readObject } from "./body.ts";
import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { writeOptions } from "./dry-run.ts";
import { type Attributes, type Identity, userInfo } from "./identity.ts";
import { isObject, type JsonObject, listAt, objectAt, stringAt } from "./json.ts";
import { DecodeError, decode } from "./schema/decode.ts";
import { secondsText } from "./schema/time-text.ts";
import { badRequest, invalid, methodNotAllowed, noSuchPath } from "./status-errors.ts";
import { invalidValue } from "./validate/field-errors.ts";

/** Reviews by their resource name. They are answered, never stored. */
export const reviewKinds: Readonly<
  Record<string, { readonly group: string; readonly kind: string; readonly namespaced: boolean }>
> = {
  selfsubjectaccessreviews: { group: "authorization.k8s.io", kind: "SelfSubjectAccessReview", namespaced: false },
  subjectaccessreviews: { group: "authorization.k8s.io", kind: "SubjectAccessReview", namespaced: false },
  localsubjectaccessreviews: { group: "authorization.k8s.io", kind: "LocalSubjectAccessReview", namespaced: true },
  selfsubjectrulesreviews: { group: "authorization.k8s.io", kind: "SelfSubjectRulesReview", namespaced: false },
  selfsubjectreviews: { group: "authentication.k8s.io", kind: "SelfSubjectReview", namespaced: false },
};

/** POST of an access review: answered by the authoriser that also judges requests. */
export function review(api: Api, call: Omit<Call, "resource">): Reply {
  const { route, identity } = call;
  const known = reviewKinds[route.resource];
  if (known === undefined || known.group !== route.group) throw noSuchPath();
  if (route.verb !== "create") throw methodNotAllowed();
  const apiVersion = `${route.group}/v1`;
  // A review is of no resource that is stored; its options are judged without one.
  writeOptions({ ...call, resource: undefined as never }, "CreateOptions");
  const sent = readReview(call.body, mediaType(call.headers), `${apiVersion}/${known.kind}`);
  const spec = objectAt(sent, "spec");
  const answer = (status: JsonObject, shown: JsonObject = spec): Reply =>
    objectReply({ kind: known.kind, apiVersion, metadata: objectAt(sent, "metadata"), spec: shown, status }, 201);
  if (known.kind === "SelfSubjectReview") {
    const metadata = { creationTimestamp: secondsText(api.table.now()) };
    return objectReply({ kind: known.kind, apiVersion, metadata, status: { userInfo: userInfo(identity) } }, 201);
  }
  if (known.kind === "SelfSubjectRulesReview") {
    if ((stringAt(spec, "namespace") ?? "") === "") throw badRequest("no namespace on request");
    return answer({ resourceRules: [], nonResourceRules: [], incomplete: true }, {});
  }
  const who = known.kind === "SelfSubjectAccessReview" ? identity : reviewedUser(spec, route.group);
  const decision = api.authorize(who, reviewedAttributes(spec, route.group));
  return answer({
    allowed: decision.allowed,
    ...(decision.reason === undefined || !decision.allowed ? {} : { reason: decision.reason }),
  });
}

function readReview(body: Buffer, type: string, typeName: string): JsonObject {
  try {
    return decode(typeName, readObject(body, type, typeName)).object;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

function reviewedUser(spec: JsonObject, group: string): Identity {
  const user = stringAt(spec, "user") ?? "";
  const groups = listAt(spec, "groups").map(String);
  if (user !== "" || groups.length > 0) return { name: user, groups };
  throw invalid({ group, kind: "" }, "", [
    invalidValue("spec.user", "", "at least one of user or group must be specified"),
  ]);
}

function reviewedAttributes(spec: JsonObject, group: string): Attributes {
  const [resource, path] = [spec["resourceAttributes"], spec["nonResourceAttributes"]];
  if (isObject(resource) === isObject(path)) {
    const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    throw invalid({ group, kind: "" }, "", [invalidValue("spec.resourceAttributes", null, why)]);
  }
  const text = (of: JsonObject, name: string): string => stringAt(of, name) ?? "";
  if (isObject(path)) {
    return {
      verb: text(path, "verb"),
      group: "",
      resource: "",
      subresource: "",
      namespace: "",
      name: "",
      path: text(path, "path"),
    };
  }
  const of = objectAt(spec, "resourceAttributes");
  return {
    verb: text(of, "verb"),
    group: text(of, "group"),
    resource: text(of, "resource"),
    subresource: text(of, "subresource"),
    namespace: text(of, "namespace"),
    name: text(of, "name"),
  };
}
