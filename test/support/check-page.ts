import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

const checks = readFileSync(new URL("./page-checks.js", import.meta.url), "utf8")
  .replace("export default", "")
  .replace(/^\/\/.*\n/, "")
  .trim()
  .replace(/;$/, "");

export type PageCheck = "lowContrast" | "unnamed" | "structure" | "focusUnseen" | "focused";

/** Runs one of the checks inside the page, which lets no script of others in. */
export async function checkPage<T = readonly string[]>(page: Page, name: PageCheck): Promise<T> {
  return (await page.evaluate(`(${checks}).${name}()`)) as T;
}

/** What somebody with a keyboard, poor sight or a screen reader would stumble over; empty when nothing. */
export async function stumblingBlocks(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of ["lowContrast", "unnamed", "structure", "focusUnseen"] as const)
    for (const one of await checkPage(page, name)) found.push(`${name}: ${one}`);
  return found;
}
