import { z } from "zod";
import type { WriteOutcome } from "../../actions/cluster-port.ts";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { objectIn } from "../kubernetes-api/object-in.ts";
import type { ApiReply } from "../kubernetes-api/send.ts";

const statusSchema = z.looseObject({
  kind: z.literal("Status"),
  apiVersion: z.literal("v1").optional(),
  reason: z.string().optional(),
  details: z
    .looseObject({
      causes: z.array(z.looseObject({ reason: z.string().optional(), field: z.string().optional() })).optional(),
    })
    .optional(),
});

/** Whether an answer is the API server's own word, and no object and nobody else's text. */
export const isStatus = (body: unknown): boolean => statusSchema.safeParse(body).success;

/** Codes of our own making: what the API says so early that nothing can have been written. */
const certainlyRefused = new Set([400, 401, 403, 405, 406, 413, 415, 422, 429]);
const maxFields = 10;

/**
 * Names what an answer means. Nothing of the server's `message` is kept: the message of a patch whose result does not
 * decode repeats the whole object, the data of a Secret included. Fields and reasons are names, never values.
 */
export function writeOutcome(reply: ApiReply, isTarget: (object: KubeObject) => boolean): WriteOutcome {
  if (reply.type === "unreachable") return reply;
  if (reply.type === "lost") return { type: "unknown", detail: reply.detail };
  const { status, body } = reply;
  if (status >= 200 && status < 300) {
    const object = objectIn(body);
    return object && isTarget(object) ? { type: "done", object } : { type: "done" };
  }
  if (status === 409) return { type: "conflict" };
  if (status === 404) return { type: "gone" };
  const parsed = statusSchema.safeParse(body);
  const reason = (parsed.success ? parsed.data.reason : undefined) ?? `HTTP ${status}`;
  if (!certainlyRefused.has(status)) return { type: "unknown", detail: reason };
  const causes = parsed.success ? (parsed.data.details?.causes ?? []) : [];
  const fields = causes
    .map((cause) => cause.field)
    .filter((field): field is string => field !== undefined && field !== "");
  return { type: "refused", status, reason, fields: fields.slice(0, maxFields).map((field) => field.slice(0, 200)) };
}
