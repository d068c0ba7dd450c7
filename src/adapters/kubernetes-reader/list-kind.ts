import { AnswerTooLarge, KubernetesApiError } from "./api-error.ts";
import { pathOf, type WatchedKind } from "./kinds.ts";
import { readPage } from "./read-object.ts";
import type { Query, Transport } from "./transport.ts";

/** Kubernetes advises 500 a page; a thousand pages are half a million objects. */
const pageSize = 500;
const maxPages = 1_000;
/** Objects may have a megabyte each; a page that is too large is asked for again in so many parts. */
const smaller = 5;

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
  let limit = pageSize;
  for (let pages = 0; pages < maxPages; pages++) {
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
