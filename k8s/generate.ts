import { readFile, writeFile } from "node:fs/promises";
import { rbacYaml, withRights } from "./rbac.ts";

// `npm run manifests`: what is generated from code, written to where it is committed. A test compares the two.
const guide = new URL("../docs/install.md", import.meta.url);
await writeFile(new URL("rbac.yaml", import.meta.url), rbacYaml("kubemend"));
await writeFile(guide, withRights(await readFile(guide, "utf8")));
