import { expect, test } from "vitest";
import { causeCodes } from "../../../../src/incident/cause.ts";
import { causeText } from "../../../../src/incident/diagnosis/cause-text.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

test.each(causeCodes)("%s is told with one pair of brackets, which hold its culprit", (cause) => {
  expect(causeText(cause, makeRef("Deployment", "shop", "carts"))).toMatch(/^[^()]+ \(Deployment shop\/carts\)$/);
});
