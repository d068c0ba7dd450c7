import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, describe, expect, test } from "vitest";
import { createTransport, type Transport } from "../../../../src/adapters/kubernetes-reader/transport.ts";
import { kubeconfigFor } from "./api-fixture.ts";

let server: Server | undefined;

async function answering(listener: RequestListener): Promise<Transport> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return createTransport(kubeconfigFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
});

async function allLines(
  transport: Transport,
  options: { maxLineChars?: number; longLines?: "cut" | "fail"; idleMs?: number } = {},
): Promise<string[]> {
  const lines: string[] = [];
  const { maxLineChars = 100, longLines = "cut", idleMs = 5_000 } = options;
  for await (const line of transport.lines("/x", { maxLineChars, longLines, idleMs })) lines.push(line);
  return lines;
}

describe("requests have an end", () => {
  test("an answer that does not come", async () => {
    const transport = await answering(() => undefined);
    await expect(transport.text("/x", { timeoutMs: 50 })).rejects.toMatchObject({
      code: "kubernetes-unreachable",
      retryable: true,
    });
  });
  test("an answer that is too large", async () => {
    const transport = await answering((_, response) => response.end("x".repeat(10_000)));
    await expect(transport.text("/x", { maxBytes: 1_000 })).rejects.toThrow("larger than 1000 bytes");
  });
  test("a stream that goes silent", async () => {
    const transport = await answering((_, response) => void response.write("one\n"));
    await expect(allLines(transport, { idleMs: 50 })).rejects.toThrow("silent for 50 ms");
  });
  test("an abort by the caller stays the caller's", async () => {
    const transport = await answering(() => undefined);
    const stop = new AbortController();
    const asked = transport.text("/x", { signal: stop.signal });
    stop.abort(new Error("stopped"));
    await expect(asked).rejects.toThrow("stopped");
  });
});

describe("refusals are told in a sentence", () => {
  test.each([
    {
      name: "a Status",
      code: 403,
      body: '{"message":"pods is forbidden"}',
      want: "The Kubernetes API answered 403 to /x: pods is forbidden",
      retryable: false,
    },
    {
      name: "plain text",
      code: 404,
      body: "404 page not found\n",
      want: "The Kubernetes API answered 404 to /x: 404 page not found",
      retryable: false,
    },
    {
      name: "a 422 may repeat a Secret, so nothing of it",
      code: 422,
      body: '{"message":"Invalid value: c2VjcmV0"}',
      want: "The Kubernetes API answered 422 to /x",
      retryable: false,
    },
    { name: "too many requests", code: 429, body: "", want: "The Kubernetes API answered 429 to /x", retryable: true },
    {
      name: "a long text is cut",
      code: 500,
      body: "y ".repeat(500),
      want: `The Kubernetes API answered 500 to /x: ${"y ".repeat(80)}`,
      retryable: true,
    },
  ])("$name", async ({ code, body, want, retryable }) => {
    const transport = await answering((_, response) => response.writeHead(code).end(body));
    await expect(transport.text("/x")).rejects.toMatchObject({ message: want, status: code, retryable });
  });
  test("no server at all", async () => {
    const transport = createTransport(kubeconfigFor("http://127.0.0.1:9"));
    await expect(transport.json("/x")).rejects.toMatchObject({ code: "kubernetes-unreachable", status: 0 });
  });
  test("what should be JSON and is not", async () => {
    const transport = await answering((_, response) => response.end("<html>"));
    await expect(transport.json("/x")).rejects.toThrow("is not JSON");
  });
  test("a kubeconfig without a cluster", () => {
    expect(() => createTransport(new KubeConfig())).toThrow("no current cluster");
  });
});

describe("lines", () => {
  test("characters and lines may be cut anywhere on the way", async () => {
    const bytes = Buffer.from("größe\nzwei\r\n\nohne Ende");
    const transport = await answering((_, response) => {
      const writeFrom = (at: number): void => {
        if (at === bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 1), () => setImmediate(writeFrom, at + 1));
      };
      writeFrom(0);
    });
    expect(await allLines(transport)).toEqual(["größe", "zwei\r", "", "ohne Ende"]);
  });
  test("a line that is too long is cut, or an error", async () => {
    const transport = await answering((_, response) => response.end(`${"a".repeat(50)}\nb\n`));
    expect(await allLines(transport, { maxLineChars: 10 })).toEqual(["a".repeat(10), "b"]);
    await expect(allLines(transport, { maxLineChars: 10, longLines: "fail" })).rejects.toThrow(
      "longer than 10 characters",
    );
  });
  test("nothing to stream is an empty stream", async () => {
    const transport = await answering((_, response) => response.writeHead(204).end());
    expect(await allLines(transport)).toEqual([]);
  });
});

test("sends the credentials of the kubeconfig, over one pool of connections", async () => {
  const seen: (string | undefined)[] = [];
  const sockets = new Set<unknown>();
  const listening = await answering((request, response) => {
    seen.push(request.headers.authorization);
    sockets.add(request.socket);
    response.end("ok");
  });
  await listening.text("/x");
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "c", server: `http://127.0.0.1:${(server?.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: "u", token: "abc" },
  );
  sockets.clear();
  const transport = createTransport(config);
  for (let i = 0; i < 5; i++) await transport.text("/x");
  expect(seen).toEqual([undefined, ...Array(5).fill("Bearer abc")]);
  // The client library alone would open one for each request.
  expect(sockets.size).toBeLessThan(3);
});
