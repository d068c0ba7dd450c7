import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { root, sourceFiles } from "./source-files.ts";

const named = /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"(\.[^"]+)"/g;
const whole = /(?:\*(?:\s+as\s+\w+)?\s+from\s+|import\s*\(\s*)"(\.[^"]+)"/g;
const exported = /^export\s+(?:async\s+)?(const|let|function\*?|class|interface|type)\s+([\w$]+)/gm;
const handedOn = /^export\s+(?:type\s+)?\{([^}]*)\}/gm;

const texts = new Map(
  ["src", "test", "k8s"]
    .flatMap((folder) => sourceFiles(join(root, folder)))
    .map((file) => [file, readFileSync(file, "utf8")] as const),
);
const namesIn = (list: string) =>
  list
    .split(",")
    .map((one) =>
      one
        .trim()
        .replace(/^type\s+/, "")
        .split(/\s+as\s+/),
    )
    .filter(([name]) => name);

/** `file name`, as other files ask for it; `file *` where all of it is taken. */
const asked = new Set(
  [...texts].flatMap(([file, text]) => {
    const at = (specifier: string) => resolve(dirname(file), specifier);
    return [
      ...[...text.matchAll(named)].flatMap(([, list = "", from = ""]) =>
        namesIn(list).map(([name]) => `${at(from)} ${name}`),
      ),
      ...[...text.matchAll(whole)].map(([, from = ""]) => `${at(from)} *`),
    ];
  }),
);

/** A value nobody else asks for needs no export; a type may be a part of what is exported, but must be named somewhere. */
function unusedIn(file: string, text: string): string[] {
  if (asked.has(`${file} *`)) return [];
  const own = [...text.matchAll(exported)].flatMap(([, kind = "", name = ""]) => {
    const isType = kind === "interface" || kind === "type";
    const mentions = text.match(new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`, "g"))?.length ?? 0;
    return asked.has(`${file} ${name}`) || (isType && mentions > 1) ? [] : [name];
  });
  const others = [...text.matchAll(handedOn)].flatMap(([, list = ""]) =>
    namesIn(list).flatMap((names) => names.at(-1) ?? []),
  );
  return [...own, ...others.filter((name) => !asked.has(`${file} ${name}`))];
}

test("what is exported is used somewhere else", () => {
  const unused = [...texts]
    .filter(([file]) => file.startsWith(join(root, "src")))
    .flatMap(([file, text]) => unusedIn(file, text).map((name) => `${relative(root, file)}: ${name}`));
  expect(unused).toEqual([]);
});
