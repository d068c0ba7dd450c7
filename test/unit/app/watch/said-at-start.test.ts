import { KubeConfig } from "@kubernetes/client-node";
import { expect, test, vi } from "vitest";
import { defaultPolicy } from "../../../../src/actions/policy/policy-file.ts";
import { configSchema } from "../../../../src/config/config.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { startKubemend } from "../../../../src/main.ts";
import { getIncident, saveIncident, undelivered } from "../../../../src/store/incidents/incidents.ts";
import { openStore } from "../../../../src/store/open-store.ts";
import { pruneIncidents } from "../../../../src/store/retention/prune-incidents.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { postsOf } from "../../../support/slack-posts.ts";

test("an incident that a dead watcher left unsaid is said by the next one long before its first tick", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await using slack = await startLocalSlack();
  const { id } = await saveIncident(database, incidentRow(1));
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "test", server: cluster.url, skipTLSVerify: true }, { name: "test" });
  const { apiUrl, botToken, signingSecret } = slack;
  const config = configSchema.parse({
    cluster: "shop",
    web: { port: 0 },
    // A tick every five minutes.
    detection: { scrapeSeconds: 300 },
    slack: { apiUrl, botToken, signingSecret, channel: "#incidents" },
  });
  await using store = await openStore({ url: database.url, dataFolder: "unused" });
  await using kubemend = await startKubemend({
    config,
    policy: defaultPolicy,
    role: "watcher",
    store,
    kubeConfig,
    log: silentLogger,
  });
  void kubemend;
  await vi.waitFor(() => expect(postsOf(slack).get(`${id}/message`)).toBe(1), { timeout: 20_000, interval: 50 });
});

test("without a chat nothing waits to be told, so that what is old is pruned", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await saveIncident(database, incidentRow(1));
  await database.pool.query(
    "update incident set status = 'resolved', resolved_at = now() - interval '500 days', updated_at = now() - interval '500 days'",
  );
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "test", server: cluster.url, skipTLSVerify: true }, { name: "test" });
  const config = configSchema.parse({ cluster: "shop", web: { port: 0 }, detection: { scrapeSeconds: 300 } });
  await using store = await openStore({ url: database.url, dataFolder: "unused" });
  await using kubemend = await startKubemend({
    config,
    policy: defaultPolicy,
    role: "watcher",
    store,
    kubeConfig,
    log: silentLogger,
  });
  void kubemend;
  await vi.waitFor(async () => expect(await undelivered(database)).toEqual([]), { timeout: 20_000, interval: 50 });
  // Its own first round may have come before this one or after it.
  await pruneIncidents(database, "shop", 400);
  expect(await getIncident(database, "1")).toBeUndefined();
});
