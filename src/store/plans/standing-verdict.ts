import { sql } from "kysely";

/** Whether plan `p` was to be taken back. */
export const wasTakenBack = sql`p.phase is not distinct from 'undo'`;

/**
 * What came of plan `p` with verification `v`. A change that was to be taken back has not helped, whatever the detectors said
 * before: people see what those do not.
 */
export const standingVerdict = sql`case when ${wasTakenBack} then 'not-recovered' else v.verdict end`;
