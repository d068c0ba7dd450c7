import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { ApiObject } from "../../../src/replay/api/json.ts";
import { mergeValues, type Release, renderTemplates, type Values } from "./render.ts";

export const chartFolder = join(import.meta.dirname, "../../../k8s/chart");

const read = (name: string): string => readFileSync(join(chartFolder, name), "utf8");

export function chartValues(): Values {
  return parse(read("values.yaml")) as Values;
}

/** What a template sees: https://helm.sh/docs/chart_template_guide/builtin_objects/ */
export function chartContext(values: Values, release: Release): Values {
  const chart = parse(read("Chart.yaml")) as Readonly<Record<string, unknown>>;
  return {
    Values: mergeValues(chartValues(), values),
    Release: { Name: release.name, Namespace: release.namespace, Service: "Helm" },
    Chart: { Name: chart["name"], Version: chart["version"], AppVersion: chart["appVersion"] },
  };
}

/** `helm template <release> k8s/chart` as text by file. */
export function renderChart(
  values: Values = {},
  release: Release = { name: "kubemend", namespace: "kubemend" },
): Readonly<Record<string, string>> {
  const names = readdirSync(join(chartFolder, "templates"));
  const files = Object.fromEntries(names.map((name) => [name, read(`templates/${name}`)]));
  return renderTemplates(files, chartContext(values, release));
}

/** The objects of the rendered chart. @throws on any error or warning of YAML, doubled keys included */
export function chartObjects(values: Values = {}, release?: Release): ApiObject[] {
  return Object.entries(renderChart(values, release))
    .filter(([name]) => name.endsWith(".yaml"))
    .flatMap(([name, text]) =>
      parseAllDocuments(text).flatMap((document) => {
        const problem = document.errors[0] ?? document.warnings[0];
        if (problem) throw new Error(`${name}: ${problem.message}`);
        const object = document.toJS() as ApiObject | null;
        return object ? [object] : [];
      }),
    );
}
