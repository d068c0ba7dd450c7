import { matrixScenarios } from "./matrix.ts";
import type { Scenario } from "./scenario.ts";

/** How long before the fault the harmless change is made (ms). */
export const decoyMs = 40_000;

/** A Deployment that a scenario does not blame. */
function decoyOf({ expect }: Scenario): string {
  const blamed = expect.flatMap(({ culprits }) => culprits.map((text) => text.split("/")[1]));
  const [first = "payment"] = ["orders", "carts", "catalogue", "payment"].filter(
    (app) => !blamed.some((name) => name?.startsWith(app)),
  );
  return first;
}

/** The same fault, shortly after somebody rolled out a harmless change of another workload. */
export function withDecoy(scenario: Scenario): Scenario {
  const app = decoyOf(scenario);
  return {
    ...scenario,
    id: `decoy-${scenario.id}`,
    expect: scenario.expect.map((one) => ({ ...one, mayDoubt: true })),
    script: {
      ...scenario.script,
      inject(world) {
        world.deploy(app, (_spec, container) => {
          container.env = [...(container.env ?? []), { name: "BANNER", value: "autumn" }];
        });
        world.api.sim.after(decoyMs, () => scenario.script.inject(world));
      },
    },
  };
}

/** Faults that have no change of their own are where a change nearby tempts most. */
const tempting = ["matrix-crashes-itself-", "matrix-slow-", "matrix-error-500-unchanged-", "matrix-selector-"];

export const decoyScenarios: readonly Scenario[] = matrixScenarios
  .filter(({ id }) => tempting.some((start) => id.startsWith(start)) && !id.includes("slow-release"))
  .filter((_scenario, i) => i % 3 === 0)
  .map(withDecoy);
