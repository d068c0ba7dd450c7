import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { findProgram } from "./prometheus-server.ts";

/** Outside of what a user's PATH holds on Debian. */
const places = ["/usr/sbin/nats-server", "/usr/local/bin/nats-server"];

/** The distribution's NATS server; `install` gets it where it is missing and we may. Else a line that says how. */
export async function findNatsServer(install: boolean): Promise<{ readonly path?: string; readonly why: string }> {
  const look = async () => (await findProgram("nats-server")) ?? places.find((path) => existsSync(path));
  const found = await look();
  if (found) return { path: found, why: "" };
  const how = "nats-server is not installed (Debian: apt-get install nats-server); JetStream was not tested";
  if (!install || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return { why: how };
  const quiet = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  spawnSync("apt-get", ["update"], quiet);
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "nats-server"], quiet);
  const installed = await look();
  return installed ? { path: installed, why: "" } : { why: how };
}

export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  /** Where its streams are kept. */
  readonly folder: string;
  /** Ends the process as a machine that loses power would; the store stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A real NATS server with JetStream in a folder of its own. */
export async function startNatsServer(binary: string): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-nats-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).once("error", () => resolve(false));
    });
  const start = async () => {
    child = spawn(binary, ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder], { stdio: "ignore" });
    while (!(await answers())) {
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  };
  const kill = async () => {
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    child?.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    folder,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
