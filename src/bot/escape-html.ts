import { visibleText } from "../lib/visible-text.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, between tags as in quoted attributes. */
export function escapeHtml(value: unknown): string {
  return visibleText(String(value ?? "")).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
