import { expect, test } from "vitest";
import { policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { getFreeze } from "../../../../src/store/plans/freeze.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("anybody may freeze; only approvers of the policy let changes happen again", async () => {
  await using database = await withDatabase();
  const ana = { id: "slack:U1", name: "Ana" };
  const bo = { id: "slack:U2", name: "Bo" };
  const desk = deskOf(database, {
    policy: policySchema.parse({
      version: 1,
      rules: [{ name: "on call", namespaces: ["*"], approvers: { people: [ana.id] } }],
    }),
  });
  expect(await desk.freeze(true, bo)).toMatchObject({ ok: true });
  expect(await desk.freeze(false, bo)).toMatchObject({ ok: false, text: expect.stringContaining("stay frozen") });
  expect(await getFreeze(database)).toMatchObject({ frozen: true, by: bo });
  expect(await desk.freeze(false, ana)).toMatchObject({ ok: true });
  expect(await getFreeze(database)).toMatchObject({ frozen: false, by: ana });
});
