import { secretToken } from "../ids.ts";

/** Where answers to a response_url go. */
export interface ResponseTarget {
  readonly channel: string;
  readonly user: string;
  /** The message that held the element, when there was one. */
  readonly message?: { readonly ts: string; readonly ephemeral: boolean; readonly threadTs?: string };
}

export type ResponseUse =
  | { readonly kind: "good"; readonly target: ResponseTarget }
  | { readonly kind: "refused"; readonly error: "expired_url" | "used_url" | "no_service" };

/** response_urls: five answers within 30 minutes each. */
export interface ResponseUrls {
  /** @returns the token that ends the URL */
  issue(target: ResponseTarget): string;
  use(token: string): ResponseUse;
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const lifeMs = 30 * 60_000;
const uses = 5;
const mostUrls = 10_000;

/** `now` in ms. Holds 10,000 of them, the oldest is forgotten first; an unknown token answers `no_service`. */
export function createResponseUrls(now: () => number): ResponseUrls {
  const issued = new Map<string, { readonly target: ResponseTarget; readonly at: number; left: number }>();
  return {
    issue: (target) => {
      const token = secretToken();
      issued.set(token, { target, at: now(), left: uses });
      const [oldest] = issued.keys();
      if (issued.size > mostUrls && oldest !== undefined) issued.delete(oldest);
      return token;
    },
    use: (token) => {
      const entry = issued.get(token);
      if (!entry) return { kind: "refused", error: "no_service" };
      if (now() - entry.at > lifeMs) return { kind: "refused", error: "expired_url" };
      if (entry.left === 0) return { kind: "refused", error: "used_url" };
      entry.left -= 1;
      return { kind: "good", target: entry.target };
    },
  };
}
