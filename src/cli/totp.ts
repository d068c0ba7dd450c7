import { z } from "zod";
import { loadConfig } from "../config/load-config.ts";
import { inputError } from "../lib/app-error.ts";
import { isoTime } from "../lib/clock.ts";
import { sealKeyOf } from "../lib/seal.ts";
import { enrolSecondFactor, listSecondFactors, removeSecondFactor } from "../store/plans/second-factor.ts";
import { openConfigured, openStoreOf } from "./open-configured.ts";

export interface TotpOptions {
  readonly config?: string;
  readonly replace?: boolean;
}

/** Who sits at the command line; for the audit. */
const operator = "cli:local";

function personOf(email: string): string {
  const parsed = z.email().safeParse(email.trim().toLowerCase());
  if (parsed.success) return `mail:${parsed.data}`;
  throw inputError(
    "email-invalid",
    `${JSON.stringify(email)} is no e-mail address.`,
    "Give the address that Slack knows the person by.",
  );
}

/** `kubemend totp enrol <email>`: prints the link for an authenticator, once. */
export async function enrolTotp(email: string, options: TotpOptions): Promise<void> {
  const personId = personOf(email);
  const config = await loadConfig(options.config, process.env);
  const key = config.secondFactor.key === undefined ? undefined : sealKeyOf(config.secondFactor.key);
  if (!key)
    throw inputError(
      "second-factor-key-missing",
      "There is no key to encrypt authenticators with.",
      "Set KUBEMEND_SECOND_FACTOR_KEY to the output of: openssl rand -base64 32. The watcher needs the same one.",
    );
  await using store = await openStoreOf(config);
  const outcome = await enrolSecondFactor(store.database, key, {
    personId,
    by: operator,
    ...(options.replace ? { replace: true } : {}),
  });
  if (outcome.type === "already-enrolled")
    throw inputError(
      "already-enrolled",
      `${personId} has an authenticator already.`,
      "With --replace the old one stops counting and a new one is made.",
    );
  process.stdout.write(`${outcome.uri}\n`);
  process.stderr.write(
    "Put this link into an authenticator application, for example as a QR code (qrencode -t ansiutf8), and keep it nowhere else: it is not shown again.\n",
  );
}

/** `kubemend totp remove <email>`. */
export async function removeTotp(email: string, options: TotpOptions): Promise<void> {
  const personId = personOf(email);
  await using open = await openConfigured(options.config);
  const removed = await removeSecondFactor(open.store.database, { personId, by: operator });
  if (!removed)
    throw inputError("not-enrolled", `${personId} has no authenticator.`, "kubemend totp list shows who has one.");
  process.stdout.write(`${personId} has no authenticator any more.\n`);
}

/** `kubemend totp list`. */
export async function listTotp(options: TotpOptions): Promise<void> {
  await using open = await openConfigured(options.config);
  const people = await listSecondFactors(open.store.database);
  for (const { personId, enrolledAt, lockedUntil } of people) {
    const locked = lockedUntil === null ? "" : `  locked until ${isoTime(lockedUntil)}`;
    process.stdout.write(`${personId}  since ${isoTime(enrolledAt)}${locked}\n`);
  }
  if (people.length === 0)
    process.stderr.write("Nobody has an authenticator; kubemend totp enrol <email> gives one.\n");
}
