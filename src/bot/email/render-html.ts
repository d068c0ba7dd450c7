import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import { escapeHtml } from "../escape-html.ts";
import { words } from "./mail-words.ts";

const eta = new Eta({
  views: fileURLToPath(new URL("./templates", import.meta.url)),
  autoEscape: true,
  escapeFunction: escapeHtml,
  cache: true,
});

/** Renders a template of `templates` with the words of mails beside `data`. Everything printed with `<%= %>` is escaped. */
export function renderHtml(template: "digest" | "incident", data: object): string {
  return eta.render(`./${template}`, { ...data, w: words });
}
