import { KubernetesApiError } from "./api-error.ts";

/** Lines out of pieces of text that end anywhere. Longer lines than `maxChars` are cut, or end the stream of `path` with an error. */
export function createLineSplitter(
  maxChars: number,
  longLines: "cut" | "fail",
  path: string,
): { push(text: string): string[]; rest(): string[] } {
  let open = "";
  const checked = (line: string): string => {
    if (line.length <= maxChars) return line;
    if (longLines === "fail")
      throw new KubernetesApiError(0, `A line of ${path} is longer than ${maxChars} characters`);
    return line.slice(0, maxChars);
  };
  return {
    push(text) {
      const parts = (open + text).split("\n");
      open = parts.pop() ?? "";
      // A line without end must not fill the memory; its rest up to the next line end is dropped by the cut.
      if (open.length > 2 * maxChars) open = checked(open);
      return parts.map(checked);
    },
    rest: () => (open === "" ? [] : [checked(open)]),
  };
}
