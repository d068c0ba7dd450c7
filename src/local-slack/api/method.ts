import type { Core } from "../core.ts";
import type { Fields } from "../json.ts";
import type { Args } from "./args.ts";

/** One Web API method; what it returns is sent with `ok: true`. */
export type Method = (args: Args, core: Core) => Fields;

/** A family of methods under their Slack names. */
export type Methods = Readonly<Record<string, Method>>;
