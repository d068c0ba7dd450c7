import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadKubeConfig } from "../../../src/adapters/kubernetes-config.ts";

const folder = mkdtempSync(join(tmpdir(), "kubemend-kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Contents {
  readonly current?: string;
  readonly contexts?: Readonly<Record<string, string>>;
  readonly clusters?: Readonly<Record<string, string>>;
}

function fileOf(name: string, { current, contexts = {}, clusters = {} }: Contents): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      ...(current === undefined ? {} : { "current-context": current }),
      contexts: Object.entries(contexts).map(([context, cluster]) => ({
        name: context,
        context: { cluster, user: "u" },
      })),
      clusters: Object.entries(clusters).map(([cluster, server]) => ({ name: cluster, cluster: { server } })),
      users: [{ name: "u", user: {} }],
    }),
  );
  return file;
}
const two: Contents = {
  current: "berlin",
  contexts: { berlin: "b", paris: "p" },
  clusters: { b: "https://b.example:6443", p: "https://p.example:6443" },
};

test("the current context, or the one that is asked for", () => {
  const kubeconfig = fileOf("two.json", two);
  expect(loadKubeConfig({ kubeconfig }).getCurrentCluster()?.server).toBe("https://b.example:6443");
  expect(loadKubeConfig({ kubeconfig, context: "paris" }).getCurrentCluster()?.server).toBe("https://p.example:6443");
});

describe("refused, with what to do", () => {
  test.each<[string, Contents, string | undefined, { code: string; message: RegExp; remedy: RegExp }]>([
    [
      "a context that is not there",
      two,
      "rome",
      { code: "kubeconfig-context", message: /no context rome\./, remedy: /: berlin, paris\.$/ },
    ],
    [
      "a current context that is not there",
      { ...two, current: "rome" },
      undefined,
      {
        code: "kubeconfig-cluster",
        message: /current-context rome is not one of its contexts/,
        remedy: /: berlin, paris\.$/,
      },
    ],
    [
      "a context without a cluster",
      { ...two, contexts: { berlin: "other" } },
      undefined,
      {
        code: "kubeconfig-cluster",
        message: /its context berlin has no cluster with an address/,
        remedy: /: berlin\.$/,
      },
    ],
    [
      "an address that is none",
      { ...two, clusters: { b: "b.example:6443" } },
      undefined,
      {
        code: "kubeconfig-cluster",
        message: /its context berlin has the address b\.example:6443, which does not begin with https:\/\/\.$/,
        remedy: /: berlin, paris\.$/,
      },
    ],
    [
      "no context at all",
      { current: "" },
      undefined,
      {
        code: "kubeconfig-cluster",
        message: /it has no contexts and may be no kubeconfig\.$/,
        remedy: /^Give another with --kubeconfig\.$/,
      },
    ],
  ])("%s", (name, contents, context, { code, message, remedy }) => {
    const kubeconfig = fileOf(`${name.replaceAll(" ", "-")}.json`, contents);
    expect(() => loadKubeConfig({ kubeconfig, context })).toThrow(
      expect.objectContaining({
        code,
        exitCode: 2,
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      }),
    );
  });

  test("a file that is not there", () => {
    expect(() => loadKubeConfig({ kubeconfig: join(folder, "none") })).toThrow(
      expect.objectContaining({ code: "kubeconfig", message: expect.stringContaining("no such file") }),
    );
  });
});
