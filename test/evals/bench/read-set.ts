import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type PastCase, readHistory } from "../../../src/rca/neutral/history.ts";
import type { NeutralCase } from "../../../src/rca/neutral/neutral-case.ts";
import { readCase } from "../../../src/rca/neutral/read-case.ts";

const labelsSchema = z.record(
  z.string(),
  z.object({
    entity: z.string(),
    fault: z.string().optional(),
    commit: z.string().optional(),
    decoys: z.array(z.string()).default([]),
  }),
);
export type Label = z.infer<typeof labelsSchema>[string];

export interface LabelledCase {
  readonly input: NeutralCase;
  readonly label: Label;
}

export interface CaseSet {
  readonly name: string;
  readonly cases: readonly LabelledCase[];
  /** Every case as history; a case must never get its own. */
  readonly history: readonly PastCase[];
}

/** The case folders as the product gets them as history: the same files, and beside them what was confirmed. */
async function historyOf(folder: string, names: readonly string[], labels: Record<string, Label>) {
  const temporary = mkdtempSync(join(tmpdir(), "history-"));
  try {
    for (const name of names) {
      mkdirSync(join(temporary, name));
      for (const file of readdirSync(join(folder, name)))
        symlinkSync(join(folder, name, file), join(temporary, name, file));
      const { entity, fault } = labels[name] ?? { entity: "" };
      writeFileSync(join(temporary, name, "confirmed.json"), JSON.stringify({ entity, fault }));
    }
    return (await readHistory(temporary)).cases;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Reads `<root>/<name>/dev` and `<root>/labels/<name>.json`. */
export async function readSet(root: string, name: string): Promise<CaseSet> {
  const labels = labelsSchema.parse(JSON.parse(readFileSync(join(root, "labels", `${name}.json`), "utf8")));
  const folder = join(root, name, "dev");
  const names = readdirSync(folder).filter((one) => one in labels);
  const cases: LabelledCase[] = [];
  for (const one of names) {
    const label = labels[one];
    if (label) cases.push({ input: await readCase(join(folder, one)), label });
  }
  return { name, cases, history: await historyOf(folder, names, labels) };
}
