import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page's scripts and styles, read once. They lie beside this file, in src as in dist. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = new URL("./assets/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => types[extname(name)] !== undefined);
  const entries = names.map(async (name) => {
    const asset = { type: types[extname(name)] ?? "", bytes: await readFile(new URL(name, folder)) };
    return [name, asset] as const;
  });
  return new Map(await Promise.all(entries));
}
