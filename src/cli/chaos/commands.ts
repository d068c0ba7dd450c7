import type { Command } from "commander";

const code = (exitCode: number): void => {
  process.exitCode = exitCode;
};

/** Adds `kubemend chaos …` to the program. What a command needs is loaded when it runs. */
export function addChaosCommands(program: Command): void {
  const chaos = program
    .command("chaos")
    .description("cause faults on purpose, within bounds, and score what kubemend makes of them");
  const withConfig = (command: Command): Command => command.option("--config <file>", "settings in YAML");
  const withCluster = (command: Command): Command =>
    withConfig(command)
      .option("--kubeconfig <file>", "of the identity that experiments have (k8s/rbac-chaos.yaml)")
      .option("--context <name>", "context in the kubeconfig")
      .option("--image <image>", "kubemend's image, for the pods of proxies and loads");
  const withApproval = (command: Command): Command =>
    command.option(
      "--approve-as <person>",
      "approve the first fix offered in this person's name, if the policy lets them: mail:oncall@example.com",
    );

  chaos
    .command("validate")
    .description("check experiments without a cluster; lists every problem")
    .argument("<files...>", "experiments, or folders of experiments")
    .action(async (files) => (await import("./plan-chaos.ts")).validateChaos(files));
  withCluster(chaos.command("plan"))
    .description("say what an experiment would change, with a server-side dry run; changes nothing")
    .argument("<file>", "experiment")
    .action(async (file, options) => (await import("./plan-chaos.ts")).planChaos(file, options));
  withApproval(withCluster(chaos.command("run")))
    .description("run an experiment; everything is put back however it ends")
    .argument("<file>", "experiment")
    .option("--json", "print the result as JSON")
    .action(async (file, options) => code(await (await import("./run-chaos.ts")).runChaos(file, options)));
  withConfig(chaos.command("report"))
    .description("what a run came to")
    .argument("[run]", "number of the run; default the newest")
    .option("--json", "everything that is stored, as JSON")
    .action(async (run, options) => (await import("./past-runs.ts")).reportChaos(run, options));
  withConfig(chaos.command("list"))
    .description("the newest runs")
    .action(async (options) => (await import("./past-runs.ts")).listChaos(options));
  withConfig(chaos.command("stop"))
    .description("ask what runs to stop; it puts everything back")
    .action(async (options) => (await import("./past-runs.ts")).stopChaos(options));
  withCluster(chaos.command("restore"))
    .description("put back what a killed process has left")
    .option("--run <number>", "only this run")
    .option("--force", "also what somebody else has changed meanwhile")
    .action(async (options) => code(await (await import("./past-runs.ts")).restoreChaos(options)));
  withApproval(withCluster(chaos.command("gameday")))
    .description("run experiments one after the other, unattended, and write a scoreboard")
    .argument("<files...>", "experiments, or folders of experiments")
    .option("--out <folder>", "where scoreboard.html and scoreboard.json go", "gameday")
    .option("--wait <seconds>", "how long to wait for the steady state before each", "600")
    .action(async (files, options) => code(await (await import("./gameday-chaos.ts")).gamedayChaos(files, options)));
  withCluster(chaos.command("serve"))
    .description("offer experiments to /incident chaos, and run those that are asked for there")
    .argument("<files...>", "experiments, or folders of experiments")
    .action(async (files, options) => (await import("./serve-chaos.ts")).serveChaos(files, options));
}
