import { expect, test } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { postBook } from "../../../../src/app/chat/deliver-job.ts";
import type { IncidentView } from "../../../../src/bot/incident-view.ts";
import { deliverIncident } from "../../../../src/bot/slack/deliver/deliver.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("a message that has been edited often enough waits; its thread goes on", async () => {
  await using database = await withDatabase();
  const slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
  try {
    await saveIncident(database, incidentView.incident);
    const deliver = (view: IncidentView) =>
      deliverIncident(
        {
          slack: createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: 5_000 }),
          book: postBook(database),
          channel: "C1",
        },
        view,
      );
    const titled = (title: string): IncidentView => ({
      ...incidentView,
      incident: { ...incidentView.incident, title },
    });
    for (let edit = 0; edit <= 6; edit++) expect((await deliver(titled(`state ${edit}`))).type).toBe("done");
    const approved = { id: "99", at: 1, kind: "approved", text: clean("Ana approved it.") };
    const outcome = await deliver({ ...titled("state 7"), timeline: [...incidentView.timeline, approved] });
    expect(outcome).toMatchObject({ type: "again", code: "edit-budget" });
    const [message] = slack.messages("incidents") as { ts: string }[];
    expect(JSON.stringify(message)).toContain("state 6");
    expect(JSON.stringify(slack.replies("incidents", message?.ts ?? ""))).toContain("Ana approved it.");
  } finally {
    await slack.close();
  }
});
