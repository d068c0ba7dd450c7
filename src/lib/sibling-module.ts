/** URL of a module beside `from`, named without extension: `.ts` when run from source, `.js` when compiled. */
export function siblingModule(from: string, name: string): URL {
  return new URL(`${name}${from.endsWith(".ts") ? ".ts" : ".js"}`, from);
}
