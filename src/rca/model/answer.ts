import { z } from "zod";

const ids = z.array(z.string().max(12)).max(20);
const objectName = z.strictObject({
  kind: z.string().max(60),
  namespace: z.string().max(253).nullable(),
  name: z.string().max(253),
});
const sentence = z.strictObject({ text: z.string().max(600), kind: z.enum(["observed", "inferred"]), evidence: ids });

/** What a model may say about an incident. Every field is required: strict JSON schemas know no optional ones. */
export const answerSchema = z.strictObject({
  sentences: z.array(sentence).max(12),
  hypotheses: z
    .array(
      z.strictObject({
        cause: z.string().max(60),
        culprit: objectName,
        statement: z.string().max(600),
        evidence: ids,
        against: ids,
      }),
    )
    .max(6),
  fixes: z.array(z.strictObject({ id: z.string().max(12), reason: z.string().max(400), evidence: ids })).max(6),
  /** A change that is not on offer. `patch` is JSON text: a strict schema cannot describe an object of any shape. */
  patch: z
    .strictObject({ target: objectName, patch: z.string().max(2_000), reason: z.string().max(400), evidence: ids })
    .nullable(),
  questions: z.array(z.string().max(300)).max(4),
});

/** What the second reading may say about the first. */
export const refutationSchema = z.strictObject({
  verdict: z.enum(["stands", "doubtful", "refuted"]),
  objections: z.array(sentence).max(5),
  question: z.string().max(300).nullable(),
});

/** An answer to a person's question. `unanswered` says what the evidence does not tell. */
export const replySchema = z.strictObject({
  sentences: z.array(sentence).max(10),
  unanswered: z.string().max(300).nullable(),
});

export type ModelAnswer = z.infer<typeof answerSchema>;
export type ModelSentence = z.infer<typeof sentence>;
export type Refutation = z.infer<typeof refutationSchema>;

/** What an answer must look like: checked here, and told to servers that can hold a model to it. */
export interface AnswerShape<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

const shape = <T>(name: string, schema: z.ZodType<T>): AnswerShape<T> => ({
  name,
  schema,
  jsonSchema: z.toJSONSchema(schema, { target: "draft-7" }),
});

export const diagnosisShape = shape("diagnosis", answerSchema);
export const refutationShape = shape("refutation", refutationSchema);
export const replyShape = shape("reply", replySchema);

/** Longest prefix-free object in a text: models wrap JSON in prose and code fences. Linear. */
export function extractJson(text: string): string | undefined {
  const from = text.indexOf("{");
  if (from < 0) return undefined;
  let depth = 0;
  let inString = false;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return text.slice(from, i + 1);
  }
  return undefined;
}

export type ParsedAnswer<T> =
  | { readonly ok: true; readonly answer: T }
  | { readonly ok: false; readonly problem: string };

/** All texts of a value, however deep, rewritten; names of fields are not. Depth is bounded by the schema's own. */
function rewritten(value: unknown, rewrite: (text: string) => string): unknown {
  if (typeof value === "string") return rewrite(value);
  if (Array.isArray(value)) return value.map((item) => rewritten(item, rewrite));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, rewritten(child, rewrite)]));
}

/** Reads an answer out of a model's text. `restore` puts names back that the model knew by pseudonyms only. */
export function readAnswer<T>(
  text: string,
  { schema }: AnswerShape<T>,
  restore: (text: string) => string = (same) => same,
): ParsedAnswer<T> {
  const json = extractJson(text);
  if (json === undefined) return { ok: false, problem: "the answer holds no complete JSON object" };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { ok: false, problem: `the answer is not JSON: ${String(error).slice(0, 120)}` };
  }
  // Checked as it came, so that nothing unusual is walked; then once more, for what restoring has made longer.
  const first = schema.safeParse(value);
  const parsed = first.success ? schema.safeParse(rewritten(first.data, restore)) : first;
  if (parsed.success) return { ok: true, answer: parsed.data };
  const issues = parsed.error.issues
    .slice(0, 4)
    .map((issue) => `${issue.path.join(".") || "answer"}: ${issue.message}`);
  return { ok: false, problem: issues.join("; ") };
}
