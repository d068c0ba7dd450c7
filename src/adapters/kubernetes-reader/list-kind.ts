import { KubernetesApiError } from "./api-error.ts";
import { pathOf, type WatchedKind } from "./kinds.ts";
import { readPage } from "./read-object.ts";
import type { Query, Transport } from "./transport.ts";

/** Kubernetes advises 500 a page; a thousand pages are half a million objects. */
const pageSize = 500;
const maxPages = 1_000;

export interface Listed {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
}

/** All objects of a kind, page by page. @throws KubernetesApiError; 410 when the pages took too long to be consistent */
export async function listKind(
  transport: Transport,
  kind: WatchedKind,
  namespace: string | undefined,
  options: { readonly query?: Query; readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Listed> {
  const path = pathOf(kind, namespace);
  const items: unknown[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < maxPages; pages++) {
    const query = { ...options.query, limit: pageSize, continue: next };
    const answer = await transport.json(path, { query, timeoutMs: options.timeoutMs, signal: options.signal });
    const page = pageOf(path, answer);
    items.push(...page.items);
    if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
    next = page.next;
  }
  throw new KubernetesApiError(0, `${path} has more than ${pageSize * maxPages} objects`);
}

function pageOf(path: string, answer: unknown): ReturnType<typeof readPage> {
  try {
    return readPage(answer);
  } catch (cause) {
    throw new KubernetesApiError(0, `The answer to ${path} is not a list`, cause);
  }
}
