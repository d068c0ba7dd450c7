import { AppError, inputError } from "../lib/app-error.ts";

/**
 * Waits for everything that is judged before the work begins, and tells all that is wrong at once: who is told of one mistake
 * at a time starts as often as there are mistakes.
 * @throws the error, or one (exit code 2) with the words and the remedies of all
 */
export async function judgeTogether<Results extends readonly unknown[]>(
  judgements: {
    readonly [At in keyof Results]: Promise<Results[At]>;
  },
): Promise<Results> {
  const settled = await Promise.allSettled<unknown>(judgements);
  const errors = settled.flatMap((one): readonly unknown[] => (one.status === "rejected" ? [one.reason] : []));
  if (errors.length === 0) return settled.map((one) => one.status === "fulfilled" && one.value) as unknown as Results;
  const unknown = errors.find((error) => !(error instanceof AppError));
  if (unknown !== undefined) throw unknown;
  const known = errors.filter((error) => error instanceof AppError);
  const [first, ...more] = known;
  if (more.length === 0) throw first;
  const told = known.map(({ message, remedy }) => (remedy ? `${message}\n${remedy}` : message));
  const last = known.at(-1);
  throw inputError(
    "several-mistakes",
    [...told.slice(0, -1), last?.message ?? ""].join("\n\n"),
    last?.remedy ?? "",
    new AggregateError(known),
  );
}

/** A judgement that is made at once, as one of several. */
export const judgeNow = async <T>(judge: () => T): Promise<T> => judge();
