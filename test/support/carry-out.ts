import { carryOut, type ExecuteOutcome } from "../../src/actions/execute/execute.ts";
import type { ExecuteDeps } from "../../src/actions/execute/execute-deps.ts";
import { createExecutor } from "../../src/actions/execute/executor.ts";

/** Takes the next approved plan, or the given one, and carries it out. Plans that a dead process left half done come back here too. */
export async function executeNext(
  deps: ExecuteDeps,
  planId?: string,
): Promise<ExecuteOutcome | { readonly type: "idle" }> {
  const claim = await deps.plans.claim(planId);
  return claim ? await carryOut(claim, deps) : { type: "idle" };
}

/** Carries out whatever can be claimed, until nothing is left. @returns what came of each, as they ended */
export async function executeAll(deps: ExecuteDeps): Promise<ExecuteOutcome[]> {
  const outcomes: ExecuteOutcome[] = [];
  const broken: unknown[] = [];
  const executor = createExecutor(deps, (end) => {
    if (end.type === "broken") broken.push(end.error);
    else outcomes.push(end);
  });
  for (;;) {
    await executor.takeUp();
    const ended = executor.nextEnd();
    if (!ended) break;
    // It may have made way for another.
    await ended;
  }
  if (broken.length > 0) throw broken[0];
  return outcomes;
}
