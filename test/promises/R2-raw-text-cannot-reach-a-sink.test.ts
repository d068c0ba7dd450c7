import { expect, expectTypeOf, it } from "vitest";
import type { Diagnosis } from "../../src/incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/incident/diagnosis/evidence.ts";
import type { Redact, Redacted } from "../../src/incident/redacted.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { promiseFigure } from "../support/promise-figure.ts";

function sink(text: Redacted): string {
  return text;
}

it("R2: a sink takes redacted text and nothing else, checked by the compiler", () => {
  const { redact } = createRedactor({ salt: "R2" });
  expectTypeOf(redact).toEqualTypeOf<Redact>();
  expectTypeOf<Diagnosis["summary"]>().toEqualTypeOf<Redacted>();
  expectTypeOf<Evidence["text"]>().toEqualTypeOf<Redacted>();
  expectTypeOf<string>().not.toExtend<Redacted>();
  const raw = "password=hunter22";
  // @ts-expect-error raw text must not compile here; when it does, `tsc` reports this line as unused
  const leaked = sink(raw);
  // @ts-expect-error joining redacted with raw text gives raw text again
  const joined = sink(`${redact(raw)} and ${raw}`);
  expect([leaked, joined, sink(redact(raw))].length).toBe(3);
  expect(sink(redact(raw))).not.toContain("hunter22");
  promiseFigure("R2", "raw text, and redacted text joined with raw", "compile errors");
});
