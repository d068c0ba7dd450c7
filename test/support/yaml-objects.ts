import { parseAllDocuments } from "yaml";

/** The objects of a manifest of several documents. */
export function objectsOfYaml(text: string): { apiVersion: string; kind: string }[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as { apiVersion: string; kind: string } | null)
    .filter((object) => object !== null);
}
