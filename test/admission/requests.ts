import { type ReviewedRequest, reviewOf } from "../support/api-server/admission-review.ts";
import { hostileWrites } from "../support/hostile-writes.ts";
import { legitimateChanges, startJudged } from "../support/judged-cluster.ts";
import { addUnusualObjects, huge, unusualChanges } from "../support/unusual-objects.ts";

/** A write of the actor, and what our own evaluator made of it. */
export interface JudgedRequest {
  readonly name: string;
  readonly request: ReviewedRequest;
  readonly allowed: boolean;
  readonly message: string;
}

/** Every hostile write and every write of every change of the catalogue (dry runs and undos too), as promise K2 makes them; on huge objects too. */
export async function judgedRequests(): Promise<JudgedRequest[]> {
  const found: JudgedRequest[] = [];
  let label = "";
  await using judged = await startJudged((request, refusal) => {
    // What is stored next must not change what was seen here.
    const review = structuredClone(reviewOf(request));
    found.push({ name: label, request: review, allowed: refusal === undefined, message: refusal?.message ?? "" });
  });
  for (const write of hostileWrites) {
    label = `hostile: ${write.name}`;
    await judged.send(write, "actor", false);
  }
  await addUnusualObjects(judged.cluster, huge);
  for (const change of [...legitimateChanges, ...unusualChanges(huge)]) {
    const [action, [kind, name]] = change;
    label = `catalogue: ${action} ${kind} ${name}`;
    const refused = await judged.carryOutAll([change]);
    if (refused.length > 0) throw new Error(refused.join("\n"));
  }
  return found;
}
