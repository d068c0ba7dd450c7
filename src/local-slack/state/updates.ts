import type { Fields } from "../json.ts";
import type { View } from "./view.ts";

/** What open pages are told; those with a `user` go only to that person's pages. */
export type PageUpdate =
  | { readonly kind: "message"; readonly channel: string; readonly message: Fields }
  | { readonly kind: "message-gone"; readonly channel: string; readonly ts: string }
  | { readonly kind: "ephemeral"; readonly user: string; readonly channel: string; readonly message: Fields }
  | { readonly kind: "ephemeral-gone"; readonly user: string; readonly channel: string; readonly ts: string }
  | { readonly kind: "modal"; readonly user: string; readonly view: View | null; readonly depth: number }
  | { readonly kind: "home"; readonly user: string; readonly view: View }
  | { readonly kind: "notice"; readonly user: string; readonly text: string }
  | { readonly kind: "workspace" };

export interface Updates {
  publish(update: PageUpdate): void;
  /** @returns stops the listening */
  listen(listener: (update: PageUpdate) => void): () => void;
}

/** Listeners are called at once and in order; one that throws ends the call of whoever publishes. */
export function createUpdates(): Updates {
  const listeners = new Set<(update: PageUpdate) => void>();
  return {
    publish: (update) => {
      for (const listener of listeners) listener(update);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
