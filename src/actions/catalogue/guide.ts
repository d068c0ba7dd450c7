import { actionParams } from "../../incident/fix/action-params.ts";
import { defineGuide } from "../define-guide.ts";

export const guide = defineGuide({ name: "guide", params: actionParams.guide, steps: ({ steps }) => steps });
