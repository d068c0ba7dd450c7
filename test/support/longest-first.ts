import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, longest first: none of it is to be alone at the end. A file that is not named comes later. */
export const longest: readonly string[] = [
  "test/browser/demo.test.ts",
  "test/unit/rca/synthetic-faults.test.ts",
  "test/browser/web.test.ts",
  "test/unit/chaos/command-line.test.ts",
  "test/unit/replay/player/live-equals-recorded.test.ts",
  "test/unit/compose/start.test.ts",
  "test/browser/local-slack-messages.test.ts",
  "test/promises/A9-crash.test.ts",
  "test/promises/B1-log-flood.test.ts",
  "test/unit/compose/own-database-users.test.ts",
  "test/promises/D4-slack-faults-delay.test.ts",
  "test/promises/O4-rolling-restarts.test.ts",
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
