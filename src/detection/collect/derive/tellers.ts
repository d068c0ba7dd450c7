/** Which of the series of a pod tell of its requests, where several tell of the same ones: a counter, a histogram, a proxy's. */
export interface Tellers {
  /** To be asked with every series before its samples: `what` is its requests, or those of one peer, of a pod. */
  of(what: string): Teller;
  /** Ends a tick: what was held back is told by those who tell it from now on. */
  flush(): void;
}

export interface Teller {
  /** The best source of each part; of those of one rank the first by name, so that all pods of a workload choose the same. */
  offer(part: Part, name: string, rank: number): void;
  /** Adds what one source says, when it is the one that tells. In a pod's first tick the others are yet to come. */
  tell(part: Part, name: string, add: (value: number) => void, value: number): void;
}

type Part = "count" | "time";

interface Choice {
  readonly name: string;
  readonly rank: number;
}

/** Starting over costs one choice a pod. */
const maxTellers = 50_000;

/** At most 50,000 pods and sides; past that all are forgotten, and series read from then on choose among themselves. */
export function createTellers(): Tellers {
  const tellers = new Map<string, Teller>();
  let held: (() => void)[] = [];
  let tick = 0;

  function createTeller(): Teller {
    const madeIn = tick;
    const choices: Partial<Record<Part, Choice>> = {};
    return {
      offer(part, name, rank) {
        const known = choices[part];
        if (!known || rank < known.rank || (rank === known.rank && name < known.name)) choices[part] = { name, rank };
      },
      tell(part, name, add, value) {
        if (tick === madeIn) held.push(() => choices[part]?.name === name && add(value));
        else if (choices[part]?.name === name) add(value);
      },
    };
  }

  return {
    of(what) {
      let teller = tellers.get(what);
      if (!teller) {
        if (tellers.size >= maxTellers) tellers.clear();
        teller = createTeller();
        tellers.set(what, teller);
      }
      return teller;
    },
    flush() {
      for (const addIfTold of held) addIfTold();
      held = [];
      tick++;
    },
  };
}
