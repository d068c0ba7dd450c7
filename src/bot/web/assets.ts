import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly version: string;
}

/** The few files that pages load, with the version that their address carries. */
export interface Assets {
  get(name: string): Asset | undefined;
  /** `/assets/kubemend.css?v=…`: another content, another address. */
  href(name: string): string;
}

const javascript = "text/javascript; charset=utf-8";
const styles = "text/css; charset=utf-8";

/** Ours lie beside this file, in src as in dist; uPlot comes out of its package. Read once. */
export async function loadAssets(): Promise<Assets> {
  const own = (name: string) => fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
  const uplot = join(dirname(createRequire(import.meta.url).resolve("uplot/package.json")), "dist");
  const files: readonly (readonly [name: string, type: string, path: string])[] = [
    ["kubemend.css", styles, own("kubemend.css")],
    ["pages.js", javascript, own("pages.js")],
    ["icon.svg", "image/svg+xml", own("icon.svg")],
    ["uplot.js", javascript, join(uplot, "uPlot.esm.js")],
    ["uplot.css", styles, join(uplot, "uPlot.min.css")],
  ];
  const loaded = new Map<string, Asset>();
  for (const [name, type, path] of files) {
    const bytes = await readFile(path);
    loaded.set(name, { type, bytes, version: createHash("sha256").update(bytes).digest("hex").slice(0, 12) });
  }
  return {
    get: (name) => loaded.get(name),
    href: (name) => `/assets/${name}?v=${loaded.get(name)?.version ?? ""}`,
  };
}
