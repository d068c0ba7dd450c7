import { z } from "zod";

/** A moment as a truth.json has it. */
export const truthTime = z.string().refine((text) => Number.isFinite(Date.parse(text)), "not a time in RFC 3339");

/** An object that it names. */
export const truthObject = z.looseObject({ kind: z.string(), namespace: z.string().optional(), name: z.string() });
