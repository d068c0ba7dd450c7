import type { Trouble } from "./trouble.ts";
import { configurationTroubles } from "./troubles-configuration.ts";
import { platformTroubles } from "./troubles-platform.ts";
import { releasesTroubles } from "./troubles-releases.ts";
import { rightsTroubles } from "./troubles-rights.ts";
import { servicesTroubles } from "./troubles-services.ts";

/** At least one for each cause of the vocabulary; others stand beside, where more has to be measured or told. */
export const troubles: readonly Trouble[] = [
  ...configurationTroubles,
  ...rightsTroubles,
  ...releasesTroubles,
  ...servicesTroubles,
  ...platformTroubles,
];
