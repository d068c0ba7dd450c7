import { type Fields, fieldsOf, textOf } from "../json.ts";
import type { ViewValues } from "../state/view.ts";

/**
 * What Slack's own client refuses before the bot sees a submission.
 * @returns sentences by block_id
 */
export function checkInputs(blocks: readonly Fields[], values: ViewValues): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const block of blocks.filter(({ type }) => type === "input")) {
    const element = fieldsOf(block.element);
    const value = fieldsOf(values[String(block.block_id)]?.[String(element.action_id)]);
    const problem = isEmpty(value)
      ? block.optional === true
        ? undefined
        : "Please complete this required field."
      : problemOf(element, textOf(value.value));
    if (problem !== undefined) errors[String(block.block_id)] = problem;
  }
  return errors;
}

function isEmpty(value: Fields): boolean {
  const { type: _type, ...rest } = value;
  return Object.values(rest).every((entry) => {
    if (entry === null || entry === undefined) return true;
    return typeof entry === "string" ? entry.trim() === "" : Array.isArray(entry) && entry.length === 0;
  });
}

function problemOf(element: Fields, text: string): string | undefined {
  switch (element.type) {
    case "plain_text_input": {
      const least = Number(element.min_length ?? 0);
      const most = Number(element.max_length ?? 3_000);
      if (text.length < least) return `This entry must be at least ${least} characters.`;
      return text.length > most ? `This entry must be at most ${most} characters.` : undefined;
    }
    case "email_text_input":
      return /^\S+@\S+\.\S+$/.test(text) ? undefined : "Please enter a valid email address.";
    case "url_text_input":
      return URL.canParse(text) ? undefined : "Please enter a valid URL.";
    case "number_input":
      return numberProblem(element, text);
    default:
      return undefined;
  }
}

function numberProblem(element: Fields, text: string): string | undefined {
  const number = Number(text);
  const isDecimal = element.is_decimal_allowed === true;
  if (!Number.isFinite(number) || (!isDecimal && !Number.isInteger(number)))
    return isDecimal ? "Please enter a number." : "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Please enter a number that is ${String(element.min_value)} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Please enter a number that is ${String(element.max_value)} or less.`;
  return undefined;
}
