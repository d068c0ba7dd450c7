import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, longest first: none of it is to be alone at the end. A file that is not named comes later. */
export const longest: readonly string[] = [
  "test/browser/demo.test.ts",
  "test/unit/rca/synthetic-faults.test.ts",
  "test/browser/web.test.ts",
  "test/promises/A9-crash.test.ts",
  "test/unit/chaos/command-line.test.ts",
  "test/promises/R1-every-outlet.test.ts",
  "test/unit/cli/bad-input.test.ts",
  "test/unit/compose/start.test.ts",
  "test/promises/C2-a-watcher-dies.test.ts",
  "test/unit/compose/own-database-users.test.ts",
  "test/promises/O4-rolling-restarts.test.ts",
  "test/promises/B1-log-flood.test.ts",
  "test/unit/cli/clock-set-back.test.ts",
  "test/unit/replay/player/live-equals-recorded.test.ts",
  "test/unit/replay/record/round-trip.test.ts",
  "test/unit/detection/logs/templates/statements.test.ts",
  "test/unit/detection/collect/prometheus-same-numbers.test.ts",
  "test/browser/local-slack-messages.test.ts",
  "test/browser/local-slack-actions.test.ts",
  "test/browser/accessibility.test.ts",
];

/** The longest first, then files with a process of their own, then those that share processes; as vitest has them otherwise. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return place >= 0 ? place : longest.length + (project.config.isolate ? 0 : 1);
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
