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

const src = join(root, "src");
const tests = join(root, "test");

/** `file name`, as other files ask for it; `file *` where all of it is taken. */
const askedBy = (files: Iterable<readonly [string, string]>) =>
  new Set(
    [...files].flatMap(([file, text]) => {
      const at = (specifier: string) => resolve(dirname(file), specifier);
      return [
        ...[...text.matchAll(named)].flatMap(([, list = "", from = ""]) =>
          namesIn(list).map(([name]) => `${at(from)} ${name}`),
        ),
        ...[...text.matchAll(whole)].map(([, from = ""]) => `${at(from)} *`),
      ];
    }),
  );
const asked = askedBy(texts);
const askedByProduct = askedBy([...texts].filter(([file]) => !file.startsWith(tests)));

const mentionsOf = (name: string, text: string) =>
  text.match(new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`, "g"))?.length ?? 0;

/** A value nobody else asks for needs no export; a type may be a part of what is exported, but must be named somewhere. */
function unusedIn(file: string, text: string): string[] {
  if (asked.has(`${file} *`)) return [];
  const own = [...text.matchAll(exported)].flatMap(([, kind = "", name = ""]) => {
    const isType = kind === "interface" || kind === "type";
    return asked.has(`${file} ${name}`) || (isType && mentionsOf(name, text) > 1) ? [] : [name];
  });
  const others = [...text.matchAll(handedOn)].flatMap(([, list = ""]) =>
    namesIn(list).flatMap((names) => names.at(-1) ?? []),
  );
  return [...own, ...others.filter((name) => !asked.has(`${file} ${name}`))];
}

test("what is exported is used somewhere else", () => {
  const unused = [...texts]
    .filter(([file]) => file.startsWith(src))
    .flatMap(([file, text]) => unusedIn(file, text).map((name) => `${relative(root, file)}: ${name}`));
  expect(unused).toEqual([]);
});

test("what only tests need lives with the tests", () => {
  const needless = [...texts]
    .filter(([file]) => file.startsWith(src) && !askedByProduct.has(`${file} *`))
    .flatMap(([file, text]) =>
      [...text.matchAll(exported)]
        // The type of a file or a row stands beside its schema, whoever writes the file.
        .flatMap(([, kind = "", name = ""]) => (kind === "interface" || kind === "type" ? [] : [name]))
        .filter((name) => !askedByProduct.has(`${file} ${name}`) && mentionsOf(name, text) === 1)
        .map((name) => `${relative(root, file)}: ${name}`),
    );
  expect(needless).toEqual([]);
});
