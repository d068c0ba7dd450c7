import type { Incident } from "./incident.ts";

/** It was over and began anew: its onset is that of the last time, later than when it was raised. Nobody detected that anew. */
export const cameBack = ({ openedAt, onset }: Pick<Incident, "openedAt" | "onset">): boolean => onset > openedAt;
