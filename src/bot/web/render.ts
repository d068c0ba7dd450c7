import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import { escapeHtml } from "../escape-html.ts";
import type { Assets } from "./assets.ts";
import { words } from "./words.ts";

export type Theme = "auto" | "light" | "dark";

/** What every page shows around its own content. */
export interface PageContext {
  readonly cluster: string;
  readonly theme: Theme;
  /** Path and query of this page, to come back to. */
  readonly here: string;
  /** Somebody who may read: to others the menu would lead nowhere, and the cluster's name is not told. */
  readonly admitted: boolean;
  /** Who reads; undefined on this machine without sign-in. */
  readonly reader?: string;
  readonly canSignOut: boolean;
  readonly canDecide: boolean;
  readonly csrf: string;
  /** What the last form came to. */
  readonly note?: string;
}

export interface Page {
  readonly title: string;
  /** The entry of the menu that is this page. */
  readonly section?: string;
}

export type Render = (template: string, page: Page, context: PageContext, data: unknown) => string;

/**
 * Templates lie in `templates`, in src as in dist. Everything they print with `<%= %>` is escaped and made visible; what they
 * print as it is (`<%~ %>`) is other templates, times, and sentences of `words.ts` that are escaped there.
 */
export function createRender(assets: Assets): Render {
  const eta = new Eta({
    views: fileURLToPath(new URL("./templates", import.meta.url)),
    autoEscape: true,
    escapeFunction: escapeHtml,
    cache: true,
  });
  return (template, page, context, data) =>
    eta.render(`./${template}`, { page, context, data, w: words, asset: assets.href });
}
