import type { Mutation } from "./mutated.ts";

/** One change after the other: the later ones see what the earlier ones have left. */
export const allOf =
  (...mutations: readonly Mutation[]): Mutation =>
  (recording) => {
    let now = recording;
    const arrivals: NonNullable<ReturnType<Mutation>["arrive"]>[] = [];
    const renames: ((text: string) => string)[] = [];
    for (const mutate of mutations) {
      const { recording: next, arrive, rename } = mutate(now);
      now = next;
      if (arrive) arrivals.push(arrive);
      if (rename) renames.push(rename);
    }
    return {
      recording: now,
      ...(arrivals.length > 0 && { arrive: (signals) => arrivals.reduce((left, arrive) => arrive(left), signals) }),
      ...(renames.length > 0 && { rename: (text) => renames.reduce((left, rename) => rename(left), text) }),
    };
  };
