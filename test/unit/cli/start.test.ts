import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { withDatabase } from "../../support/postgres.ts";
import { runKubemend } from "../../support/running-kubemend.ts";

/** Takes every connection, keeps what is asked, and says nothing. */
async function silentServer() {
  const sockets = new Set<Socket>();
  let asked = "";
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (data) => (asked += data.toString()));
    // Whoever asked may be killed meanwhile.
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const startedWith = (database: { readonly url: string }, cluster: { readonly port: number }, web: object) =>
  runKubemend({
    databaseUrl: database.url,
    clusterUrl: `http://127.0.0.1:${cluster.port}`,
    config: { web, prometheus: { url: `http://127.0.0.1:${cluster.port}` } },
  });

test("a start that fails ends with its message, however long the cluster says nothing", async () => {
  await using database = await withDatabase();
  await using cluster = await silentServer();
  await using taken = await silentServer();
  await using kubemend = await startedWith(database, cluster, { port: taken.port });
  expect(await kubemend.child.ended).toEqual({ code: 2, signal: null });
  const output = kubemend.child.output();
  expect(cluster.asked(), "its check of the cluster waited for an answer").toContain("GET /version");
  // What the check finds in the end it would tell only after the message.
  expect(output.slice(output.indexOf("cannot listen"))).toMatch(/^cannot listen on [^{]*$/);
});

test("who is told to stop while the cluster says nothing does not wait for it", async () => {
  await using database = await withDatabase();
  await using cluster = await silentServer();
  await using kubemend = await startedWith(database, cluster, { port: 0 });
  await vi.waitFor(() => expect(kubemend.child.output()).toContain("kubemend.started"), { timeout: 60_000 });
  kubemend.child.process.kill("SIGTERM");
  expect(await kubemend.child.ended).toEqual({ code: 0, signal: null });
  const output = kubemend.child.output();
  expect(output.slice(output.indexOf("kubemend.stopping"))).not.toContain("setup.incomplete");
});
