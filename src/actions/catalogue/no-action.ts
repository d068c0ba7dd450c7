import { actionParams } from "../../incident/fix/action-params.ts";
import { defineGuide } from "../define-guide.ts";

export const noAction = defineGuide({
  name: "none",
  params: actionParams.none,
  steps: () => ["Nothing needs to be changed."],
});
