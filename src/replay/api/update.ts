import { mediaType, readObject } from "./body.ts";
import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { checkName, checkVersion, commitUpdate, live } from "./commit.ts";
import { decodeNew } from "./create.ts";
import { writeOptions } from "./dry-run.ts";
import { stringAt } from "./json.ts";
import { qualifiedName } from "./registry.ts";
import { conflict, invalid } from "./status-errors.ts";
import { toView } from "./views.ts";

/** PUT of an object, or of its status. Without resourceVersion it overwrites whatever is there. */
export function update(api: Api, call: Call): Reply {
  const options = writeOptions(call, "UpdateOptions");
  const sent = readObject(call.body, mediaType(call.headers), call.resource.kind);
  const candidate = decodeNew(call, sent, options, call.body.toString("utf8"));
  checkName(call, candidate);
  const before = live(api, call);
  const uid = stringAt(candidate, "metadata", "uid");
  if (uid !== undefined && uid !== before.metadata.uid)
    throw conflict(call.resource, call.route.name, storageConflict(call, uid, before.metadata.uid));
  if (call.resource.kind === "Lease" && (stringAt(candidate, "metadata", "resourceVersion") ?? "") === "")
    throw versionRequired(call);
  checkVersion(call, before, candidate);
  return objectReply(toView(call.resource, commitUpdate(api, call, "update", before, candidate, options.dryRun)));
}

function storageConflict(call: Call, wanted: string, found: string): string {
  const { resource, route } = call;
  const key = `/registry/${qualifiedName(resource)}/${route.namespace === "" ? "" : `${route.namespace}/`}${route.name}`;
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;
}

/** Leases refuse blind overwrites: that would defeat leader election. The error names the resource, not the kind. */
function versionRequired(call: Call): Error {
  const { group, name } = call.resource;
  const message = "Invalid value: 0: must be specified for an update";
  return invalid({ group, kind: name }, call.route.name, [
    { field: "metadata.resourceVersion", reason: "FieldValueInvalid", message },
  ]);
}
