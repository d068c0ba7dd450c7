import type { Desk } from "../bot/desk.ts";
import type { Config } from "../config/config.ts";
import type { Redact } from "../incident/redacted.ts";
import { createPseudonyms, openNames, type Pseudonyms } from "../rca/redact/pseudonyms.ts";
import { createRedactor } from "../rca/redact/redactor.ts";
import type { Database } from "../store/database.ts";
import { installationSecret } from "../store/installation.ts";

export interface Privacy {
  /** For everything that is kept or shown. */
  readonly redact: Redact;
  /** For what goes to a model. */
  readonly pseudonyms: Pseudonyms;
  readonly reveal: Desk["reveal"];
}

/**
 * What is kept from whom, as configured. Placeholders depend on a secret of the installation, so that the same secret has the
 * same placeholder in every process and after a restart.
 */
export async function createPrivacy(database: Database, { personal, revealTo }: Config["redaction"]): Promise<Privacy> {
  const salt = await installationSecret(database, "placeholder-salt");
  const pseudonyms = personal === "off" ? openNames : createPseudonyms({ salt });
  const { redact, reveal } = createRedactor({ salt, ...(personal === "everyone" ? { personal: pseudonyms } : {}) });
  const permitted = new Set(revealTo.map((id) => id.toLowerCase()));
  return {
    redact,
    pseudonyms,
    reveal: (text, by) =>
      [by.id, ...(by.aliases ?? [])].some((id) => permitted.has(id.toLowerCase())) ? reveal(text) : text,
  };
}
