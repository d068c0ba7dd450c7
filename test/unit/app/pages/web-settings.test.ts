import { expect, test } from "vitest";
import { configSchema } from "../../../../src/config/config.ts";

const url = "https://kubemend.example.com";

test.each<[string, object, string | undefined]>([
  ["nothing at all", {}, undefined],
  ["links with an address", { web: { url, signIn: { slackLinks: true } } }, undefined],
  ["links without an address", { web: { signIn: { slackLinks: true } } }, "web.url"],
  [
    "a proxy with ranges",
    { web: { url, signIn: { proxy: { header: "X-Forwarded-Email", addresses: ["10.0.0.0/8", "fd00::1"] } } } },
    undefined,
  ],
  [
    "a proxy from nowhere",
    { web: { url, signIn: { proxy: { header: "X-Forwarded-Email", addresses: [] } } } },
    "web.signIn.proxy.addresses",
  ],
  [
    "a proxy from a name",
    { web: { url, signIn: { proxy: { header: "X-Forwarded-Email", addresses: ["ingress"] } } } },
    "web.signIn.proxy.addresses.0",
  ],
  [
    "a header that is none",
    { web: { url, signIn: { proxy: { header: "X Email:", addresses: ["10.0.0.1"] } } } },
    "web.signIn.proxy.header",
  ],
  ["decisions by nobody", { web: { approvals: true } }, "web.approvals"],
  ["a short key", { web: { sessionKey: "short" } }, "web.sessionKey"],
  ["a heartbeat to nowhere", { heartbeat: { url: "soon" } }, "heartbeat.url"],
])("%s", (_name, settings, problem) => {
  const parsed = configSchema.safeParse(settings);
  expect(parsed.error?.issues.map((issue) => issue.path.join("."))[0]).toBe(problem);
});
