import { afterEach, expect, test, vi } from "vitest";
import { incidentMails } from "../../../../src/app/mail/incident-mails.ts";
import type { MailDeps } from "../../../../src/app/mail/mail-deps.ts";
import { createSigner } from "../../../../src/bot/web/signer.ts";
import { configSchema } from "../../../../src/config/config.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

afterEach(() => vi.restoreAllMocks());

test("a mail that cannot be sent rests twice as long each time, ten minutes at most, and is left alone meanwhile", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incidentView.incident);
  const now = performance.now.bind(performance);
  let passed = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now() + passed);
  const rests: number[] = [];
  const { email } = configSchema.parse({ email: { from: "kubemend@example.com", to: ["ada@example.com"] } });
  let takes = false;
  let tried = 0;
  const look = incidentMails(
    {
      settings: { ...email, from: "kubemend@example.com" },
      webUrl: undefined,
      cluster: "test",
      database,
      signer: createSigner("k".repeat(32)),
      redact: clean,
      drawIncident: async () => undefined,
      clock: { now: () => incidentView.incident.openedAt + 120_000, sleep: async () => undefined },
      log: {
        ...silentLogger,
        warn: (what: object) => void rests.push(Number(Reflect.get(what, "retryMs"))),
      },
    } as unknown as MailDeps,
    {
      installation: "i",
      sendToAll: async () => {
        tried++;
        if (!takes) throw new Error("busy");
        return 1;
      },
    },
  );
  for (let i = 0; i < 8; i++) {
    await look();
    // Looked at meanwhile, it is left alone.
    passed += (rests.at(-1) ?? 0) - 5_000;
    await look();
    passed += 6_000;
  }
  expect(rests).toEqual([20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000, 600_000]);
  expect(tried).toBe(8);
  takes = true;
  passed += 600_000;
  await look();
  await look();
  expect(tried).toBe(9);
});
