import { z } from "zod";

const ids = z.array(z.string().max(12)).max(20);

/** What a model may say. Every field is required: strict JSON schemas know no optional ones. */
export const answerSchema = z.strictObject({
  sentences: z
    .array(z.strictObject({ text: z.string().max(600), kind: z.enum(["observed", "inferred"]), evidence: ids }))
    .max(12),
  hypotheses: z
    .array(
      z.strictObject({
        cause: z.string().max(60),
        culprit: z.strictObject({
          kind: z.string().max(60),
          namespace: z.string().max(253).nullable(),
          name: z.string().max(253),
        }),
        statement: z.string().max(600),
        evidence: ids,
        against: ids,
      }),
    )
    .max(6),
  fixes: z.array(z.strictObject({ id: z.string().max(12), reason: z.string().max(400), evidence: ids })).max(6),
  questions: z.array(z.string().max(300)).max(4),
});

export type ModelAnswer = z.infer<typeof answerSchema>;

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

export type ParsedAnswer =
  | { readonly ok: true; readonly answer: ModelAnswer }
  | { readonly ok: false; readonly problem: string };

export function parseAnswer(text: string): ParsedAnswer {
  const json = extractJson(text);
  if (json === undefined) return { ok: false, problem: "the answer holds no complete JSON object" };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { ok: false, problem: `the answer is not JSON: ${String(error).slice(0, 120)}` };
  }
  const parsed = answerSchema.safeParse(value);
  if (parsed.success) return { ok: true, answer: parsed.data };
  const issues = parsed.error.issues
    .slice(0, 4)
    .map((issue) => `${issue.path.join(".") || "answer"}: ${issue.message}`);
  return { ok: false, problem: issues.join("; ") };
}

/** JSON schema of the answer as strict servers want it. */
export const answerJsonSchema: Readonly<Record<string, unknown>> = z.toJSONSchema(answerSchema, { target: "draft-7" });
