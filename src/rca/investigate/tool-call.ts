/** What a model asks to be looked up. Untrusted: `name` and `arguments` are as the model wrote them. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, or what the model took for it. */
  readonly arguments: string;
}

/** A tool as it is described to the model. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments, strict: every field is required. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
