import type { ApiObject } from "../../src/replay/api/json.ts";
import { resourceOfKind } from "../../src/replay/api/registry.ts";

/** Creates objects by a strict API, and tells what it does not take: kinds it does not know, fields it does not know. */
export async function refusedObjects(url: string, objects: Iterable<ApiObject>): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    const name = `${object.kind} ${object.metadata.name}`;
    const resource = resourceOfKind(String(object["apiVersion"]), object.kind);
    if (!resource) {
      refused.push(`${name}: no such kind`);
      continue;
    }
    const group = resource.group === "" ? "/api/v1" : `/apis/${resource.group}/${resource.version}`;
    const scope = resource.namespaced ? `/namespaces/${object.metadata.namespace}` : "";
    const response = await fetch(`${url}${group}${scope}/${resource.name}?fieldValidation=Strict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(object),
    });
    if (response.status !== 201) refused.push(`${name}: ${response.status} ${await response.text()}`);
    else await response.body?.cancel();
  }
  return refused;
}
