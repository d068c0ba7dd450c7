declare const redacted: unique symbol;

/**
 * Text that has been through the redactor. Chat, mail, model and log sinks accept nothing else.
 * Only `src/rca/redact` makes one; everybody else is handed a `Redact` function.
 */
export type Redacted = string & { readonly [redacted]: true };

export type Redact = (text: string) => Redacted;
