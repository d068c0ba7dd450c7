import type { VerificationVerdict } from "./execution.ts";

/** What came of a change, as a sentence goes on: "applied, and it helped". The same words on every surface. */
export const verdictWords: Readonly<Record<VerificationVerdict, string>> = {
  recovered: "it helped",
  "not-recovered": "it did not help",
  worse: "it made things worse",
  unknown: "whether it helped is not known",
};
