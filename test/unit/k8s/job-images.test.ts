import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { createdJob } from "../../../k8s/admission-rules.ts";
import { createCel } from "../../support/cel.ts";
import { renderChart } from "../../support/helm/chart.ts";

const rule = createdJob.find(({ message }) => message.includes("repositories"));
const cel = createCel();

interface Policy {
  readonly spec: { readonly variables: readonly { readonly name: string; readonly expression: string }[] };
}

/** What the policy of a release with these values says of a Job with this image, and of one with it among its init containers. */
function judged(jobImages: readonly string[], image: string): readonly unknown[] {
  const text = renderChart({ admissionPolicy: { jobImages } })["admission-policy.yaml"] ?? "";
  const [policy] = parseAllDocuments(text).map((document) => document.toJS() as Policy);
  const expression = policy?.spec.variables.find(({ name }) => name === "jobImages")?.expression ?? "";
  const variables = { jobImages: cel.compile(expression)({}) };
  const own = { name: "c", image: "registry.example.com/shop/work:1" };
  const other = { name: "c", image };
  const pods = [{ containers: [other] }, { containers: [own], initContainers: [other] }];
  return pods.map((spec) => cel.compile(rule?.holds ?? "")({ object: { spec: { template: { spec } } }, variables }));
}

describe("images of Jobs that are created", () => {
  const named = ["registry.example.com/shop/", "registry.example.com/tools/"];
  test.each([
    { name: "any, where none are named", jobImages: [], image: "evil.example/miner:1", may: true },
    { name: "of a repository that is named", jobImages: named, image: "registry.example.com/tools/db:2", may: true },
    { name: "of another registry", jobImages: named, image: "evil.example/registry.example.com/shop/x:1", may: false },
    {
      name: "of a repository that begins alike",
      jobImages: named,
      image: "registry.example.com/shop-evil/x:1",
      may: false,
    },
  ])("$name: $may", ({ jobImages, image, may }) => {
    const [alone, first] = judged(jobImages, image);
    expect(alone).toBe(may);
    expect(first).toBe(may);
  });
});
