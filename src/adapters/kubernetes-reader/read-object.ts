import { z } from "zod";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { isWhole } from "../../cluster/whole-object.ts";
import type { WatchedKind } from "./kinds.ts";

const identified = z.looseObject({
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    uid: z.string(),
    resourceVersion: z.string().optional(),
    managedFields: z.unknown().optional(),
  }),
});

/**
 * Checks one object of the API and gives it the type that items of lists leave out. Times stay text. managedFields,
 * half of an object and of no use here, are dropped. Undefined when it lacks what its kind must have.
 */
export function readObject({ apiVersion, kind }: WatchedKind, value: unknown): KubeObject | undefined {
  const { data } = identified.safeParse(value);
  if (!data || !isWhole(data, kind)) return undefined;
  const { managedFields: _managedFields, ...metadata } = data.metadata;
  // The schema has seen what every object must have, `isWhole` what its kind must.
  return { ...data, apiVersion, kind, metadata } as KubeObject;
}

const listSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().default(""), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

export interface ObjectPage {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

/** A page of a list. @throws ZodError when it is none */
export function readPage(value: unknown): ObjectPage {
  const { metadata: meta, items } = listSchema.parse(value);
  return {
    items: items ?? [],
    resourceVersion: meta.resourceVersion,
    next: meta.continue === "" ? undefined : meta.continue,
  };
}

const watchLine = z.looseObject({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.looseObject({}),
});
const versioned = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) });
const failed = z.looseObject({ code: z.number().default(500), message: z.string().default("") });

export type WatchMessage =
  | {
      readonly type: "ADDED" | "MODIFIED" | "DELETED";
      readonly version: string;
      readonly object: KubeObject | undefined;
    }
  | { readonly type: "BOOKMARK"; readonly version: string }
  | { readonly type: "ERROR"; readonly code: number; readonly message: string };

/** One line of a watch. @throws when it is no such line */
export function readWatchLine(of: WatchedKind, line: string): WatchMessage {
  const { type, object } = watchLine.parse(JSON.parse(line));
  if (type === "ERROR") {
    const { code, message } = failed.parse(object);
    return { type, code, message };
  }
  const version = versioned.parse(object).metadata.resourceVersion;
  return type === "BOOKMARK" ? { type, version } : { type, version, object: readObject(of, object) };
}
