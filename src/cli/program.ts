import { Command, CommanderError } from "commander";
import { AppError, messageOf } from "../lib/app-error.ts";
import { visibleText } from "../lib/visible-text.ts";
import { addChaosCommands } from "./chaos/commands.ts";
import { packageVersion } from "./package-version.ts";
import { asSystemError } from "./system-error.ts";

const examples = `
Begin here:
  kubemend demo       nothing needed: recorded incident, local Slack, web pages
  kubemend doctor     what your setup still lacks
  kubemend start --kubeconfig ~/.kube/config
  kubemend <command> --help

Exit codes: 0 done, 1 the answer is no or something failed,
2 wrong input or setup (with what to do), 130 ended by Ctrl-C.`;

/** Each command loads its code only when it is called, so that `--help` and the small tools start at once. */
export function buildProgram(): Command {
  const program = new Command("kubemend");
  program
    .description("Watches Kubernetes, finds the root cause of incidents, and applies the fix you approve.")
    .version(packageVersion())
    .addHelpText("after", examples)
    .exitOverride();

  program
    .command("demo")
    .description("the whole job on an incident recorded from a real cluster, with a local Slack")
    .option("--auto-approve", "approve the first fix by itself and exit when it has helped")
    .option("--recording <folder>", "another recording than the one that comes along")
    .option("--port <number>", "port of the local Slack page; 0 takes a free one", "0")
    .option("--lead-in <factor>", "how many times faster than real the time before the incident runs", "40")
    .addHelpText("after", "\nCtrl-C ends it; nothing is left behind.")
    .action(async (options) => (await import("./demo.ts")).demo(options));

  program
    .command("start")
    .description("watch a cluster")
    .option("--config <file>", "settings in YAML; the environment wins over it")
    .option("--kubeconfig <file>", "cluster to watch; else KUBECONFIG, ~/.kube/config or the pod's ServiceAccount")
    .option("--context <name>", "another context of the kubeconfig than its current one")
    .option("--role <role>", "watcher (reads, diagnoses, talks), actor (applies), or all", "all")
    .action(async (options) => (await import("./start.ts")).start(options));

  program
    .command("analyze")
    .description("detect and diagnose what is in a recording, as fast as the machine can")
    .argument("<recording>", "folder of a recording, or of a neutral case (one with a case.json)")
    .option("--json", "print the whole result as JSON")
    .option("--runbooks <folder>", "Markdown pages of yours; those that fit are quoted")
    .option("--postmortem <folder>", "write a post-mortem of each incident there")
    .option("--history <folder>", "for a neutral case: earlier cases, each with its confirmed.json")
    .action(async (folder, options) => (await import("./analyze.ts")).analyze(folder, options));

  program
    .command("detect")
    .description("score each point of a timestamp,value series, streaming")
    .argument("<series.csv>", "CSV with a header and the columns timestamp,value")
    .option("--out <file>", "write the scores there instead of to stdout")
    .action(async (series, options) => {
      await (await import("./detect.ts")).detect(series, options, { stdout: process.stdout, stderr: process.stderr });
    });

  program
    .command("templates")
    .description("learn the templates of a log")
    .argument("[file]", "log file; stdin when absent or -")
    .option("--json", "one JSON object a line")
    .action(async (file, options) => (await import("./templates.ts")).templates(file, options));

  program
    .command("record")
    .description("record namespaces of a live cluster, to analyze or replay what happened there")
    .requiredOption("--out <folder>", "a new folder; its name becomes the recording's")
    .requiredOption("--namespaces <names...>", "what to record")
    .option("--config <file>", "settings in YAML; with prometheus.url, samples come from there")
    .option("--kubeconfig <file>", "cluster to record; it is only read")
    .option("--context <name>", "another context of the kubeconfig than its current one")
    .option("--minutes <number>", "how long; Ctrl-C ends it sooner", "60")
    .option("--interval <seconds>", "between scrapes, or questions to the Prometheus", "5")
    .option("--max-bytes <number>", "text before compression, after which it ends", "400000000")
    .option("--description <text>", "a sentence about what happens in it")
    .option("--truth <file.json>", "what was broken on purpose, for scoring; kept as truth.json")
    .option("--raw", "keep passwords and tokens in texts; otherwise they are replaced")
    .option("--yes-secrets-may-be-in-it", "needed with --raw")
    .action(async (options) => (await import("./record.ts")).record(options));

  program
    .command("train")
    .description("train the forecaster of metrics; replaces the model only with a better one")
    .option("--recordings <folder...>", "recordings, or folders of recordings")
    .option(
      "--from-database",
      "train on what was captured into the database; for --health labelled by the fixes that helped",
    )
    .option("--config <file>", "settings in YAML: which database and which cluster")
    .option("--health", "train the classifier of application health instead")
    .option(
      "--samples <file.csv>",
      "for --health: labelled samples; without them and --from-database a simulation, which the model file says",
    )
    .option(
      "--out <folder>",
      "where the model goes; the one that is there is the one to beat; by default the one that comes along",
    )
    .option("--fine-tune", "go on from the model that is there, or that comes along, instead of from random weights")
    .option("--force", "replace the model even when the new one is not better")
    .action(async (options) => (await import("./train.ts")).train(options));

  program
    .command("migrate")
    .description("bring the database to this version; give the watcher and the actor users of their own in it")
    .option("--config <file>", "settings in YAML")
    .option(
      "--watcher-user <name>",
      "user of the database that the watcher connects as; made where WATCHER_DATABASE_PASSWORD is set",
    )
    .option(
      "--actor-user <name>",
      "user of the database that the actor connects as; made where ACTOR_DATABASE_PASSWORD is set",
    )
    .action(async (options) => (await import("./migrate.ts")).migrateCommand(options));

  const audit = program.command("audit").description("what was decided and done, and whether the record is whole");
  audit
    .command("verify")
    .description("walk the chain of records; exit code 1 with the place of the first break")
    .option("--config <file>", "settings in YAML")
    .option("--against <file>", "an earlier export, kept where the database's owner cannot write")
    .option("--mark <entry:hash>", "an entry that the log (audit.mark) or a digest has told")
    .action(async (options) => {
      process.exitCode = await (await import("./audit.ts")).audit("verify", options);
    });
  audit
    .command("export")
    .description("print the records as JSON lines, oldest first")
    .option("--config <file>", "settings in YAML")
    .option("--since <time>", "only from this time on: a date, a time, or an age such as 24h or 7d")
    .action(async (options) => {
      process.exitCode = await (await import("./audit.ts")).audit("export", options);
    });

  addChaosCommands(program);

  const totp = program
    .command("totp")
    .description("authenticators of approvers, where the policy asks for one-time codes");
  totp
    .command("enrol")
    .description("print the link for a new authenticator, once")
    .argument("<email>", "address that Slack knows the person by")
    .option("--config <file>", "settings in YAML")
    .option("--replace", "the one that is there stops counting")
    .action(async (email, options) => (await import("./totp.ts")).enrolTotp(email, options));
  totp
    .command("remove")
    .description("take somebody's authenticator away")
    .argument("<email>", "address that Slack knows the person by")
    .option("--config <file>", "settings in YAML")
    .action(async (email, options) => (await import("./totp.ts")).removeTotp(email, options));
  totp
    .command("list")
    .description("who has an authenticator, and who is locked out for now")
    .option("--config <file>", "settings in YAML")
    .action(async (options) => (await import("./totp.ts")).listTotp(options));

  program
    .command("doctor")
    .description("check everything kubemend needs, and say what to do about what is missing")
    .addHelpText(
      "after",
      "\nok works, off is not configured (a choice), FAILED has to be put right.\nExit code 2 when a cluster or the database is missing, or something that is\nconfigured does not work.",
    )
    .option("--config <file>", "settings in YAML")
    .option("--kubeconfig <file>", "cluster to check")
    .option("--context <name>", "another context of the kubeconfig than its current one")
    .option("--slack", "check Slack alone: the token and which scope it lacks")
    .action(async (options) => {
      process.exitCode = await (await import("./doctor.ts")).doctor(options);
    });
  pointToHelp(program, "kubemend");
  return program;
}

/** What was mistyped is answered with where the right options are listed: those of the command itself. */
function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(${name} --help shows what there is)`);
  for (const inner of command.commands) pointToHelp(inner, `${name} ${inner.name()}`);
}

/** Runs one command line. Faults of input or setup print one sentence with the remedy and give exit code 2. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const known = error instanceof AppError ? error : asSystemError(error);
    if (known) {
      process.stderr.write(visibleText(`${known.message}\n${known.remedy ? `${known.remedy}\n` : ""}`));
      return known.exitCode;
    }
    process.stderr.write(
      visibleText(
        `kubemend failed: ${messageOf(error)}\nThis should not happen; please report it with these lines.\n${error instanceof Error ? (error.stack ?? "") : ""}\n`,
      ),
    );
    return 1;
  }
}
