import { cut } from "../bot/words.ts";

/** As wide as a line of a terminal may be. */
const lineChars = 180;

/** What a text begins with, for a list. */
export const firstLine = (text: string): string => cut(text.trim().split("\n")[0] ?? "", lineChars);
