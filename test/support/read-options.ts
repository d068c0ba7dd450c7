import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * The arguments of one of the project's own commands. `--help` prints how it is used and ends with 0; what is not known is told, with the
 * same, and ends with 2.
 */
export function readOptions<const T extends Options>(usage: string, options: T) {
  const config = { allowPositionals: true, options: { ...options, help: { type: "boolean", short: "h" } } } as const;
  if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
