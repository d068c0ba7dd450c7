/** Stands in generated YAML for what only Helm knows. Letters alone, so that YAML never quotes on their account. */
export const marks = { name: "ReleaseNameHere", namespace: "ReleaseNamespaceHere" } as const;

/**
 * YAML as the text of a template: braces that Go's templates would read are escaped, marks become expressions.
 * Labels of the plain manifests give way to those of the chart.
 */
export function asTemplate(yaml: string): string {
  return yaml
    .replaceAll("{{", '{{ "{{" }}')
    .replaceAll(/^( +)labels:\n(?:\1 {2}app\.kubernetes\.io\/[^\n]+\n)+/gm, (own, margin: string) => {
      const common = `${margin}  {{- include "kubemend.labels" . | nindent ${margin.length + 2} }}`;
      const component = own.split("\n").filter((line) => line.includes("/component:"));
      return [`${margin}labels:`, common, ...component, ""].join("\n");
    })
    .replaceAll(marks.name, '{{ include "kubemend.name" . }}')
    .replaceAll(marks.namespace, "{{ .Release.Namespace }}");
}

/** A text only rendered where all values are set. */
export function whereSet(values: readonly string[], text: string): string {
  const opening = values.map((value) => `{{- if .Values.${value} }}\n`).join("");
  return `${opening}${text.trimEnd()}\n${"{{- end }}\n".repeat(values.length)}`;
}
