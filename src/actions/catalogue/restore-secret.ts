import { actionParams } from "../../incident/fix/action-params.ts";
import { defineGuide } from "../define-guide.ts";

/** kubemend never reads a Secret's values, so it cannot put them back. */
export const restoreSecret = defineGuide({
  name: "restore-secret",
  params: actionParams["restore-secret"],
  steps: ({ keys = [], steps }) => [...(keys.length > 0 ? [`Keys needed: ${keys.join(", ")}.`] : []), ...steps],
});
