import { AnswerTooLarge, KubernetesApiError } from "./api-error.ts";
import { pathOf, type WatchedKind } from "./kinds.ts";
import { readPage } from "./read-object.ts";
import type { Query, Transport } from "./transport.ts";

/** Kubernetes advises 500 a page. */
const pageSize = 500;
/** What may have a megabyte each, and mostly is not worth carrying. */
const heavyPageSize = 50;
const heavyKinds: ReadonlySet<string> = new Set(["ConfigMap"]);
const maxObjects = 500_000;
const maxPages = maxObjects / heavyPageSize;
/** Objects may have a megabyte each; a page that is too large is asked for again in so many parts. */
const smaller = 5;

export interface Listed<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/**
 * All objects of a kind, page by page, each as `read` makes it when its page comes: nobody holds more than one page whole.
 * @throws KubernetesApiError; 410 when the pages took too long to be consistent
 */
export async function listKind<T>(
  transport: Transport,
  kind: WatchedKind,
  namespace: string | undefined,
  read: (item: unknown) => T,
  options: { readonly query?: Query; readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Listed<T>> {
  const path = pathOf(kind, namespace);
  const items: T[] = [];
  let next: string | undefined;
  let limit = heavyKinds.has(kind.kind) ? heavyPageSize : pageSize;
  for (let pages = 0; pages < maxPages && items.length <= maxObjects; pages++) {
    const query = { ...options.query, limit, continue: next };
    const request = { query, timeoutMs: options.timeoutMs, signal: options.signal };
    const answer = await transport.json(path, request).catch((error: unknown) => {
      if (error instanceof AnswerTooLarge && limit > 1) return undefined;
      throw error;
    });
    if (answer === undefined) {
      limit = Math.ceil(limit / smaller);
      continue;
    }
    const page = pageOf(path, answer);
    for (const item of page.items) items.push(read(item));
    if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
    next = page.next;
  }
  throw new KubernetesApiError(0, `${path} has more than ${maxObjects} objects`);
}

function pageOf(path: string, answer: unknown): ReturnType<typeof readPage> {
  try {
    return readPage(answer);
  } catch (cause) {
    throw new KubernetesApiError(0, `The answer to ${path} is not a list`, cause);
  }
}
