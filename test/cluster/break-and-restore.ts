import type { ApiObject } from "../../src/replay/api/json.ts";
import { type ClusterApi, type Manifest, type Named, namedOf } from "./cluster-api.ts";
import type { Breaking } from "./faults.ts";

/** Everything of an object but what the server keeps for itself. */
function asked(object: ApiObject): ApiObject {
  const { status: _s, metadata, ...rest } = object;
  const {
    managedFields: _m,
    generation: _g,
    creationTimestamp: _c,
    uid: _u,
    resourceVersion: _r,
    ...own
  } = metadata as ApiObject["metadata"] & Record<string, unknown>;
  return { ...rest, metadata: own } as ApiObject;
}

const tries = 5;

/** Puts an object back as it was, whoever changed it meanwhile. */
async function putBack(api: ClusterApi, before: ApiObject): Promise<void> {
  const of = namedOf(before);
  for (let attempt = 1; ; attempt++) {
    const now = await api.get(of);
    const { resourceVersion } = now?.metadata ?? {};
    try {
      await api.replace({
        ...asked(before),
        metadata: { ...asked(before).metadata, ...(resourceVersion && { resourceVersion }) },
      });
      return;
    } catch (error) {
      // A controller was faster; then its version is the one to replace.
      if (attempt >= tries || !String(error).includes(": 409 ")) throw error;
    }
  }
}

/**
 * Breaks something. @returns how everything is put back as it was
 * @throws when a step is refused; what was done before is put back then
 */
export async function breakThings(
  api: ClusterApi,
  steps: readonly Breaking[],
  image: string,
): Promise<() => Promise<void>> {
  const before: ApiObject[] = [];
  const made: Named[] = [];
  const restore = async () => {
    for (const of of made.toReversed()) await api.remove(of);
    for (const object of before.toReversed()) await putBack(api, object);
  };
  /** Programs of the suite's own run in the image of the shop. */
  const withImage = (body: object): object =>
    JSON.parse(JSON.stringify(body), (key, value: unknown) =>
      key === "image" && value === "kubemend" ? image : value,
    ) as object;
  try {
    for (const step of steps) {
      if ("create" in step) {
        await api.apply(withImage(step.create) as Manifest);
        made.push(namedOf(step.create));
        continue;
      }
      const object = await api.get(step.patch);
      if (!object) throw new Error(`there is no ${step.patch.kind} ${step.patch.name} to break`);
      before.push(object);
      await api.patch(step.patch, withImage(step.body));
    }
  } catch (error) {
    await restore();
    throw error;
  }
  return restore;
}
