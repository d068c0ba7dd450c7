import { expect, test } from "vitest";
import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { deliverJob } from "../../src/app/chat/deliver-job.ts";
import { buildView } from "../../src/app/view/build-view.ts";
import { renderIncident } from "../../src/bot/slack/render/render-incident.ts";
import type { StatusChange } from "../../src/incident/status.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident, touchIncident } from "../../src/store/incidents/incidents.ts";
import { addToTimeline } from "../../src/store/incidents/timeline.ts";
import { setFreeze } from "../../src/store/plans/freeze.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const changes: readonly StatusChange[] = ["acknowledge", "start-mitigation", "resolve", "recur"];

/** What Slack adds to blocks when it stores them. */
function asSent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSent);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "block_id" && name !== "action_id")
      .map(([name, inner]) => [name, asSent(inner)]),
  );
}

test(
  "after any history, with processes that die in the middle, the one message equals a render of the rows",
  async () => {
    const histories = promised(500, 15);
    await using database = await withDatabase();
    const slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
    await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
    const random = seededRandom(5);
    const roll = (most: number) => Math.floor(random() * most);
    const by = { id: "slack:U1", name: "Ana" };
    let restarts = 0;
    let steps = 0;

    for (let h = 1; h <= histories; h++) {
      const id = String(h);
      const base = { ...incidentView.incident, id, groupKey: `g${h}`, title: `history ${h}: carts is unwell` };
      await saveIncident(database, base);
      let now = base.openedAt;
      let version = 0;
      let again = 0;
      /** A process of its own each time: nothing is remembered but rows. */
      const deliver = () =>
        deliverJob({
          database,
          log: silentLogger,
          slack: createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: 2_000 }),
          channel: "C1",
          jobs: { send: async () => void again++ },
        })({ incidentId: id });
      const step = async () => {
        now += 1_000 + roll(60_000);
        steps++;
        switch (roll(7)) {
          case 0:
            return void (await saveIncident(database, {
              ...base,
              updatedAt: now,
              title: `history ${h}: carts, take ${roll(100)}`,
              severity: roll(2) ? "high" : "critical",
            }));
          case 1:
          case 2:
            return void (await changeStatus(database, id, changes[roll(4)] ?? "acknowledge", { by: by.name, at: now }));
          case 3: {
            if (!incidentView.diagnosis) return;
            version++;
            const [first] = incidentView.diagnosis.hypotheses;
            if (!first) return;
            const probability = 0.4 + random() / 2;
            const diagnosis = {
              ...incidentView.diagnosis,
              incidentId: id,
              version,
              madeAt: now,
              hypotheses: [{ ...first, probability }],
              inconclusive: roll(5) === 0,
            };
            const recommendations = incidentView.fixes.map(({ recommendation }) => ({
              ...recommendation,
              confidence: random(),
            }));
            return void (await saveDiagnosis(
              database,
              { diagnosis, recommendations },
              version === 1 ? incidentView.evidence : [],
            ));
          }
          case 4:
            return void (await addToTimeline(database, id, { at: now, kind: "note", text: clean(`step ${steps}`) }));
          case 5:
            await setFreeze(database, { frozen: roll(2) === 0, by });
            return void (await touchIncident(database, id));
          case 6:
            return void (await touchIncident(database, id));
        }
      };
      for (let i = 3 + roll(8); i > 0; i--) {
        await step();
        const fate = roll(4);
        if (fate === 0) continue;
        if (fate === 1) {
          // The process dies with the request on its way, before or after Slack took it.
          restarts++;
          const kind = roll(2) === 0 ? "drop" : "accept-then-drop";
          slack.faults.next(roll(2) === 0 ? "chat.update" : "chat.postMessage", [{ kind }]);
        }
        await deliver();
      }
      slack.faults.clear();
      for (let round = 0; round < 30; round++) {
        // A minute goes by: Slack may be asked to edit again.
        await database.pool.query("update chat_post set edits = '{}' where incident_id = $1", [id]);
        again = 0;
        await deliver();
        if (again === 0) break;
      }
      expect(again).toBe(0);
      const shown = slack.messages("incidents").filter((message) => JSON.stringify(message).includes(`history ${h}:`));
      expect(shown, `history ${h}: one message`).toHaveLength(1);
      const view = await buildView(database, id);
      if (!view) throw new Error("the incident is stored");
      expect(asSent(shown[0]?.["blocks"]), `history ${h}`).toEqual(
        asSent(JSON.parse(JSON.stringify(renderIncident(view).blocks))),
      );
    }
    promiseFigure(
      "D5",
      `${grouped(histories)} random histories of ${grouped(steps)} steps, ${grouped(restarts)} deaths in the middle`,
      "one message each, edited in place, equal to a render of the final rows",
    );
  },
  promised(3_600_000, 60_000),
);
