/** A call refused with one of Slack's error codes; turned into `{ ok: false, error }` at the edge. */
export class ApiRefusal extends Error {
  readonly code: string;
  readonly problems: readonly string[];

  constructor(code: string, problems: readonly string[]) {
    super(code);
    this.code = code;
    this.problems = problems;
  }
}

/** Ends the call with Slack's `error`, and with sentences under response_metadata where Slack gives them. */
export function refuse(error: string, problems: readonly string[] = []): never {
  throw new ApiRefusal(error, problems);
}

/** The body that tells a client about a refusal. */
export function refusalBody(refusal: ApiRefusal): object {
  const { code, problems } = refusal;
  if (problems.length === 0) return { ok: false, error: code };
  return {
    ok: false,
    error: code,
    errors: problems,
    response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
  };
}
