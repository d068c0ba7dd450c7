import { expect, test } from "vitest";
import { createDiagnosisRounds } from "../../../../src/app/diagnosis/diagnosis-rounds.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { incidentView } from "../../../support/incident-view.ts";

const openedAt = 1_000_000;
const incident = (id: string, more: Partial<Incident> = {}): Incident => ({
  ...incidentView.incident,
  id,
  status: "open",
  openedAt,
  ...more,
});
const ours = () => true;
const ids = (due: readonly Incident[]) => due.map(({ id }) => id);

test("an incident is due at once, again while evidence comes in, and then now and then", () => {
  const rounds = createDiagnosisRounds();
  const dueAfterSeconds: number[] = [];
  for (let second = 0; second <= 1_200; second++)
    if (rounds.due([incident("1")], ours, openedAt + second * 1_000).length > 0) dueAfterSeconds.push(second);
  expect(dueAfterSeconds).toEqual([0, 15, 30, 60, 120, 240, 540, 840, 1_140]);
});

test("what comes back is looked at as closely as what is new", () => {
  const rounds = createDiagnosisRounds();
  rounds.due([incident("1")], ours, openedAt);
  const back = openedAt + 400_000;
  expect(ids(rounds.due([incident("1", { status: "resolved" })], ours, back - 1))).toEqual([]);
  expect(ids(rounds.due([incident("1", { status: "reopened" })], ours, back))).toEqual(["1"]);
  expect(ids(rounds.due([incident("1", { status: "reopened" })], ours, back + 14_999))).toEqual([]);
  expect(ids(rounds.due([incident("1", { status: "reopened" })], ours, back + 15_000))).toEqual(["1"]);
});

test("one that an earlier process has diagnosed goes on from there", () => {
  const rounds = createDiagnosisRounds();
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("unreachable: the fixture has a diagnosis");
  rounds.restore(incident("1"), { ...diagnosis, version: 6, madeAt: openedAt + 240_000 });
  expect(ids(rounds.due([incident("1")], ours, openedAt + 539_999))).toEqual([]);
  expect(ids(rounds.due([incident("1")], ours, openedAt + 540_000))).toEqual(["1"]);
});

test("those of another watcher wait, and are not forgotten meanwhile", () => {
  const rounds = createDiagnosisRounds();
  const both = [incident("1"), incident("2")];
  expect(ids(rounds.due(both, ({ id }) => id === "1", openedAt))).toEqual(["1"]);
  expect(ids(rounds.due(both, () => false, openedAt + 1))).toEqual([]);
  expect(ids(rounds.due(both, ours, openedAt + 2))).toEqual(["2"]);
});

test("what detection has let go of is forgotten, ended or not", () => {
  const rounds = createDiagnosisRounds();
  const both = [incident("1"), incident("2")];
  rounds.due(both, ours, openedAt);
  rounds.due([incident("1"), incident("2", { status: "resolved" })], ours, openedAt + 1);
  rounds.due([], ours, openedAt + 2);
  // As if they had never been there: due from their opening, with all rounds before them.
  expect(ids(rounds.due(both, ours, openedAt + 3))).toEqual(["1", "2"]);
  expect(ids(rounds.due(both, ours, openedAt + 14_999))).toEqual([]);
  expect(ids(rounds.due(both, ours, openedAt + 15_000))).toEqual(["1", "2"]);
});

test("what joins an incident that has lasted is looked at within a minute of it, and once", () => {
  const rounds = createDiagnosisRounds();
  const first: Anomaly = {
    fingerprint: "latency|carts",
    detector: "latency",
    family: "metric",
    reason: "latency",
    target: incidentView.incident.target,
    score: 1,
    severity: "medium",
    summary: "carts answers slowly",
    startsAt: openedAt,
    detectedAt: openedAt,
  };
  const old = [first];
  for (const second of [0, 15, 30, 60, 120, 240])
    rounds.due([incident("1", { anomalies: old })], ours, openedAt + second * 1_000);
  const joined = [...old, { ...first, detectedAt: openedAt + 260_000 }];
  const now = incident("1", { anomalies: joined });
  expect(ids(rounds.due([now], ours, openedAt + 299_999))).toEqual([]);
  expect(ids(rounds.due([now], ours, openedAt + 300_000))).toEqual(["1"]);
  expect(ids(rounds.due([now], ours, openedAt + 400_000))).toEqual([]);
  expect(ids(rounds.due([now], ours, openedAt + 600_000))).toEqual(["1"]);
});
