import {
  type ApiObject,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from "../../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../../src/replay/api/object-table.ts";
import { resourceOfKind } from "../../../../src/replay/api/registry.ts";
import { startApiServer } from "../../../../src/replay/api/server.ts";
import { sameContent } from "./transcript-compare.ts";
import type { Key, Version } from "./transcript-timeline.ts";
import { type Exchange, pathOf, queryOf } from "./transcripts.ts";

type Told = { readonly type: string; readonly object: JsonObject };

/** True for a recorded watch; followed logs are streams too. */
export function isWatch(exchange: Exchange): boolean {
  return exchange.response.chunks !== undefined && !pathOf(exchange).endsWith("/log");
}

/**
 * Plays a recorded watch: the table starts with what there was at its resourceVersion, then takes every change the
 * recording shows up to the last told one, also those the watch must not tell.
 * @returns the first difference, or undefined when the same events came in the same order.
 */
export async function replayWatch(
  exchange: Exchange,
  timeline: ReadonlyMap<Key, readonly Version[]>,
): Promise<string | undefined> {
  const recorded = told(exchange);
  const from = Number(queryOf(exchange).get("resourceVersion") ?? "0");
  const until = Math.max(0, ...recorded.map((event) => versionOf(event.object)));
  const start = from > 100 ? from : until;
  const table = createObjectTable();
  const own = new Map<number, number>();
  const changes = [...timeline.values()].flat().sort((a, b) => a.revision - b.revision);
  const apply = (version: Version): void => {
    const stored = table.apply({ type: version.deleted ? "DELETED" : "ADDED", object: version.object });
    if (stored !== undefined) own.set(version.revision, Number(stored.metadata.resourceVersion));
  };
  for (const version of changes) if (version.revision <= start) apply(version);
  for (const object of knownBefore(recorded)) {
    const resource = resourceOfKind(stringAt(object, "apiVersion") ?? "", stringAt(object, "kind") ?? "");
    const { namespace = "", name } = objectAt(object, "metadata") as ApiObject["metadata"];
    if (resource !== undefined && table.get(resource, namespace, name) === undefined)
      table.apply({ type: "ADDED", object });
  }
  const server = await startApiServer({ table });
  try {
    const query = queryOf(exchange);
    // The table's own version for "now"; "1" stays: it is too old on both servers.
    if (from > 100 && from < 99_999_999) query.set("resourceVersion", String(table.revision()));
    // Bookmarks and ends by time have tests of their own.
    query.set("timeoutSeconds", recorded.length === 0 ? "1" : "20");
    const response = await fetch(`${server.url}${pathOf(exchange)}?${query}`);
    for (const version of changes) if (version.revision > start && version.revision <= until) apply(version);
    const got = await readEvents(response, recorded.length);
    return streamDifference(got, recorded, own);
  } finally {
    await server.close();
  }
}

function told(exchange: Exchange): Told[] {
  return (exchange.response.chunks ?? []).flatMap(({ data }) => {
    if (!isObject(data)) return [];
    const event = { type: stringAt(data, "type") ?? "", object: objectAt(data, "object") };
    const initialEnd = objectAt(event.object, "metadata", "annotations")["k8s.io/initial-events-end"] !== undefined;
    return event.type === "BOOKMARK" && !initialEnd ? [] : [event];
  });
}

/** An object whose first told event is no ADDED was there before; the recording may not show how it was. */
function knownBefore(recorded: readonly Told[]): JsonObject[] {
  const first = new Map<string, Told>();
  for (const event of recorded) {
    const name = stringAt(event.object, "metadata", "name");
    if (name !== undefined && !first.has(name)) first.set(name, event);
  }
  const there = [...first.values()].filter((event) => event.type !== "ADDED");
  return there.map(({ object }) => ({
    ...object,
    metadata: { ...objectAt(object, "metadata"), annotations: { before: "the first change" } },
  }));
}

const versionOf = (object: JsonObject): number => Number(stringAt(object, "metadata", "resourceVersion") ?? 0);

/** Reads the wanted number of events, or all when none is wanted. */
async function readEvents(response: Response, wanted: number): Promise<Told[]> {
  const events: Told[] = [];
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString("utf8");
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    events.push(...lines.map((line) => JSON.parse(line) as Told));
    if (wanted > 0 && events.length >= wanted) break;
  }
  return events;
}

function streamDifference(
  got: readonly Told[],
  recorded: readonly Told[],
  own: ReadonlyMap<number, number>,
): string | undefined {
  const types = (events: readonly Told[]): string =>
    events.map((e) => `${e.type} ${stringAt(e.object, "metadata", "name") ?? ""}`).join(", ");
  if (types(got) !== types(recorded)) return `told ${types(got)}; recorded ${types(recorded)}`;
  for (const [i, event] of recorded.entries()) {
    const same: Json | undefined = got[i]?.object;
    const difference = event.type === "BOOKMARK" ? undefined : sameContent(same as ApiObject, event.object);
    if (difference !== undefined) return `event ${i}: ${difference}`;
    const version = own.get(versionOf(event.object));
    if (version !== undefined && version !== versionOf(objectAt({ same }, "same")))
      return `event ${i}: another version`;
  }
  return undefined;
}
