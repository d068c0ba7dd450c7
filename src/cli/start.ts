import { judgeSetup, type SetupOptions } from "./judge-setup.ts";

/** `kubemend start`: runs until told to stop. What is wrong with a setup is told before what runs, most of all code, is loaded. */
export async function start(options: SetupOptions): Promise<void> {
  const setup = await judgeSetup(options, process.env);
  const { runUntilStopped } = await import("./run-until-stopped.ts");
  await runUntilStopped(setup);
}
