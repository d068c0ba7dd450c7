import { z } from "zod";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { objectIn } from "./object-in.ts";
import type { ApiReply, ApiRequest } from "./send.ts";

const pageSize = 500;

const listSchema = z.looseObject({
  items: z.array(z.looseObject({})).nullable().default([]),
  metadata: z.looseObject({ continue: z.string().optional() }).optional(),
});

export type Listed =
  | { readonly type: "found"; readonly objects: readonly KubeObject[] }
  /** Not a list; the answer says why. */
  | { readonly type: "failed"; readonly reply: ApiReply }
  /** A part of them would pass for all. */
  | { readonly type: "too-many"; readonly limit: number };

export interface Collection {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Pages of 500 that are read at most. */
  readonly maxPages: number;
}

/** All objects of a collection, page by page. */
export async function listObjects(
  send: (request: ApiRequest) => Promise<ApiReply>,
  { path, apiVersion, kind, maxPages }: Collection,
): Promise<Listed> {
  const objects: KubeObject[] = [];
  let next = "";
  for (let page = 0; page < maxPages; page++) {
    const reply = await send({
      method: "GET",
      path,
      query: { limit: String(pageSize), ...(next ? { continue: next } : {}) },
    });
    const parsed = reply.type === "answer" && reply.status === 200 ? listSchema.safeParse(reply.body).data : undefined;
    if (!parsed) return { type: "failed", reply };
    // Items of a list carry neither kind nor apiVersion.
    for (const item of parsed.items ?? []) {
      const object = objectIn({ apiVersion, kind, ...item });
      if (object) objects.push(object);
    }
    next = parsed.metadata?.continue ?? "";
    if (next === "") return { type: "found", objects };
  }
  return { type: "too-many", limit: maxPages * pageSize };
}
