import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { root } from "./source-files.ts";

const src = join(root, "src");
const staticImport = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;

/** Our files and the packages that are loaded together with a file, before a line of it runs. */
function loadedWith(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    const name = relative(src, file);
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(staticImport))
      if (target.startsWith(".")) visit(resolve(dirname(file), target));
      else loaded.add(target);
  };
  visit(join(src, entry));
  return loaded;
}

test.each([
  { entry: "cli/start.ts", at: "cli/judge-setup.ts", late: ["main.ts", "store/database.ts"] },
  { entry: "cli/doctor.ts", at: "config/load-config.ts", late: ["store/database.ts", "adapters/kubernetes-config.ts"] },
])("$entry judges the settings before it loads what they are for", ({ entry, at, late }) => {
  const loaded = loadedWith(entry);
  expect(loaded).toContain(at);
  expect(late.filter((name) => loaded.has(name))).toEqual([]);
});

test.each([
  { entry: "main.ts", packages: ["openai", "nodemailer", "@nats-io/transport-node", "@slack/web-api", "@slack/bolt"] },
  { entry: "cli/doctor/every-check.ts", packages: ["openai", "nodemailer", "@nats-io/transport-node"] },
])("$entry loads no client of what is not configured", ({ entry, packages }) => {
  const loaded = loadedWith(entry);
  expect(loaded).toContain("kysely");
  expect(packages.filter((name) => loaded.has(name))).toEqual([]);
});
