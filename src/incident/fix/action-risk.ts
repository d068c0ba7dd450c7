/** How much a change may break when it is wrong, mildest first. */
export const actionRisks = ["low", "medium", "high"] as const;

export type ActionRisk = (typeof actionRisks)[number];
