import { expect, test } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { deliverJob } from "../../../../src/app/chat/deliver-job.ts";
import { queues } from "../../../../src/app/queues.ts";
import { resolveChannel } from "../../../../src/bot/slack/deliver/resolve-channel.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { saveIncident, undelivered } from "../../../../src/store/incidents/incidents.ts";
import type { SendOptions } from "../../../../src/store/jobs.ts";
import { newHolder, releaseLease, takeLease } from "../../../../src/store/leases.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { postsOf } from "../../../support/slack-posts.ts";

test("an incident that another process delivers is looked at again soon, and not as a failure that comes ever later", async () => {
  await using database = await withDatabase();
  await using slack = await startLocalSlack();
  const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const channel = await resolveChannel(port, "#incidents", silentLogger);
  const sent: { queue: string; data: object; options: SendOptions | undefined }[] = [];
  const jobs = {
    send: async (queue: string, data: object, options?: SendOptions) => void sent.push({ queue, data, options }),
  };
  const deliver = deliverJob({ database, jobs, log: silentLogger, slack: port, channel });
  const { id: incidentId } = await saveIncident(database, incidentRow(1));
  const dead = { name: `deliver:${incidentId}`, holder: newHolder(), leaseMs: 20_000 };
  const lease = await takeLease(database, dead);

  for (let attempt = 0; attempt < 3; attempt++) await deliver({ incidentId });
  expect(postsOf(slack).size).toBe(0);
  const again = { queue: queues.deliver, data: { incidentId }, options: { key: incidentId, afterSeconds: 2 } };
  expect(sent).toEqual([again, again, again]);

  if (lease) await releaseLease(database, lease);
  await deliver({ incidentId });
  expect(postsOf(slack).get(`${incidentId}/message`)).toBe(1);
  expect(await undelivered(database, 10)).toEqual([]);
  expect(sent).toHaveLength(3);
});
