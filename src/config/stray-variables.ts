import { nearestSetting } from "../lib/nearest-setting.ts";
import { variables } from "./secret-files.ts";

const prefix = "KUBEMEND_";

/** Variables that were probably meant for kubemend and are not read: `KUBEMEND_LOGLEVEL`, with what was meant. */
export function strayVariables(env: NodeJS.ProcessEnv): readonly { readonly name: string; readonly meant: string }[] {
  const ours = variables.filter((name) => name.startsWith(prefix));
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && !ours.includes(name))
    .flatMap((name) => {
      const meant = nearestSetting(
        name.slice(prefix.length),
        ours.map((one) => one.slice(prefix.length)),
      );
      return meant ? [{ name, meant: `${prefix}${meant}` }] : [];
    });
}
