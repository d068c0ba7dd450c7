import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Everything it has written, standard error included. */
  output(): string;
  /** The next line of its standard output. @throws with all its output when it ends before */
  line(): Promise<string>;
  say(line: string): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Runs a TypeScript file of test/support (or any other) as a process of its own; killed at the end of the scope. */
export function startChild(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Child {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "pipe"], env });
  let text = "";
  const lines: string[] = [];
  const waiting: PromiseWithResolvers<string>[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    text += `${line}\n`;
    const next = waiting.shift();
    if (next) next.resolve(line);
    else lines.push(line);
  });
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  // Written to after it has died: how it ended is told by `ended`.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      for (const one of waiting.splice(0)) one.reject(new Error(`the process ended (${code ?? signal}): ${text}`));
      resolve({ code, signal });
    });
  });
  return {
    process: child,
    ended,
    output: () => text,
    line() {
      const ready = lines.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      if (child.exitCode !== null || child.signalCode !== null)
        return Promise.reject(new Error(`the process has ended: ${text}`));
      const next = Promise.withResolvers<string>();
      waiting.push(next);
      return next.promise;
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs `work` for 0 … count - 1, at most `width` of them at a time. */
export async function inParallel(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}
