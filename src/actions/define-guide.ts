import type { z } from "zod";
import type { ActionCode } from "../incident/action-code.ts";

/** Something that only a person can do well: kubemend shows the steps and changes nothing. */
export interface Guide {
  readonly name: ActionCode;
  readonly guide: true;
  /** The steps to show; undefined when the parameters are wrong. */
  steps(params: unknown): readonly string[] | undefined;
}

/** Checks the parameters against the guide's schema each time; wrong ones are no error, but give no steps. */
export function defineGuide<S extends z.ZodType>(spec: {
  name: ActionCode;
  params: S;
  steps(params: z.infer<S>): readonly string[];
}): Guide {
  return {
    name: spec.name,
    guide: true,
    steps(params) {
      const parsed = spec.params.safeParse(params);
      return parsed.success ? spec.steps(parsed.data) : undefined;
    },
  };
}
