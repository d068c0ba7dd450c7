import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { AppError } from "../../lib/app-error.ts";
import { findBinaries, type PostgresBinaries } from "./binaries.ts";
import { makeDataFolder, tellRefusedFolder } from "./data-folder.ts";
import { alive, exclusively } from "./exclusively.ts";
import { type ServerUser, serverUser } from "./server-user.ts";

export interface EmbeddedPostgres {
  readonly url: string;
  readonly folder: string;
  /** `started` by us, `taken-over` from a process that is gone, `shared` with one that still runs. */
  readonly origin: "started" | "taken-over" | "shared";
  /** Stops the server, unless another kubemend that still runs owns it. */
  stop(): Promise<void>;
}

async function run(
  command: string,
  args: string[],
  user: ServerUser | undefined,
): Promise<{ code: number; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      ...(user ?? {}),
      cwd: "/",
      // A group of its own: Ctrl-C at a terminal is for us, and would cut initdb off half-way.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
    });
    let output = "";
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-4_000);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", fail);
    // `exit`, not `close`: the server that pg_ctl leaves behind may hold the pipes open.
    child.on("exit", (code) => done({ code: code ?? 1, output }));
  });
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

const readTrimmed = async (path: string) => (await readFile(path, "utf8").catch(() => "")).trim();

/** pid and port of a running server from its postmaster.pid (lines 1 and 4, PostgreSQL "storage file layout"). */
async function runningServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const lines = (await readTrimmed(join(data, "postmaster.pid"))).split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 && alive(pid) ? { pid, port } : undefined;
}

/** The first line that names a fault; what PostgreSQL says after it is how it cleans up. */
function worstLine(output: string): string {
  const lines = output.trim().split("\n");
  const worst = lines.find((line) => /error|fatal|panic|could not|cannot|no space/i.test(line)) ?? lines.at(-1) ?? "";
  // What stands before it tells what was under way, when, and in which process.
  return worst.replace(/^.*?\b(?:error|fatal|panic):\s+/i, "");
}

/** What processes have left that were killed while they set a server up. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = /^data\.(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !alive(Number(pid)))
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Half a server looks like a whole one to who starts it; so it is set up beside its place, and moved there when it is whole. */
async function initialise(
  binaries: PostgresBinaries,
  folder: string,
  data: string,
  user: ServerUser | undefined,
): Promise<void> {
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  await sweep(folder);
  const partial = `${data}.${process.pid}`;
  await rm(partial, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  const { code, output } = await run(
    binaries.initdb,
    [
      `--pgdata=${partial}`,
      "--auth=scram-sha-256",
      "--username=kubemend",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--no-locale",
    ],
    user,
  );
  if (code !== 0) {
    await rm(partial, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    throw new AppError(
      "postgres-initdb",
      `The embedded PostgreSQL could not be set up in ${data}: ${worstLine(output)}`,
      {
        remedy: "Check that the folder is writable and the disk has 100 MB left, or set DATABASE_URL.",
        exitCode: 2,
      },
    );
  }
  await rename(partial, data);
}

/**
 * Starts (or finds running) a PostgreSQL whose data live in `wanted`. A server left behind by a killed process is taken
 * over. As root, a folder that the server's own user cannot reach is replaced by one in the temporary folder.
 * @throws AppError with a remedy.
 */
export async function startEmbeddedPostgres(
  wanted: string,
  // Small on purpose: it serves one kubemend.
  { maxConnections = 60 }: { readonly maxConnections?: number } = {},
): Promise<EmbeddedPostgres> {
  const user = await serverUser();
  const folder = await makeDataFolder(wanted, user);
  const data = join(folder, "data");
  const begin = async (): Promise<EmbeddedPostgres> => {
    const binaries = await findBinaries(user !== undefined);
    const ownerFile = join(folder, "owner.pid");
    const initialised = await stat(join(data, "PG_VERSION")).catch(() => undefined);
    if (!initialised) await initialise(binaries, folder, data, user);
    let server = await runningServer(data);
    const owner = Number(await readTrimmed(ownerFile));
    const origin = !server ? "started" : owner > 0 && owner !== process.pid && alive(owner) ? "shared" : "taken-over";
    if (!server) {
      const port = await freePort();
      // Sockets off: the path would be too long in deep folders.
      const settings = [
        `-p ${port}`,
        "-c listen_addresses=127.0.0.1",
        "-c unix_socket_directories=",
        "-c shared_buffers=32MB",
        `-c max_connections=${maxConnections}`,
      ].join(" ");
      const { code, output } = await run(
        binaries.pgCtl,
        ["start", "-w", "-t", "30", "-D", data, "-l", join(folder, "postgres.log"), "-o", settings],
        user,
      );
      server = await runningServer(data);
      if (code !== 0 || !server) {
        throw new AppError("postgres-start", `The embedded PostgreSQL in ${data} did not start: ${worstLine(output)}`, {
          remedy: `Read ${join(folder, "postgres.log")}, or set DATABASE_URL.`,
          exitCode: 2,
        });
      }
    }
    if (origin !== "shared") await writeFile(ownerFile, String(process.pid));
    const password = await readTrimmed(join(folder, "password"));
    return {
      url: `postgres://kubemend:${password}@127.0.0.1:${server.port}/postgres`,
      folder,
      origin,
      async stop() {
        if (Number(await readTrimmed(ownerFile)) !== process.pid) return;
        await run(binaries.pgCtl, ["stop", "-w", "-m", "fast", "-D", data], user);
        await rm(ownerFile, { force: true });
      },
    };
  };
  return await exclusively(join(folder, "starting.lock"), begin).catch((error: unknown) => {
    throw tellRefusedFolder(folder, error);
  });
}
