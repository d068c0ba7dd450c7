import { expect, test } from "vitest";
import { mergeValues, renderTemplates } from "../../support/helm/render.ts";

const render = (source: string, context: Readonly<Record<string, unknown>> = {}): string | undefined =>
  renderTemplates({ "t.yaml": source }, context)["t.yaml"];

// What Go's text/template and Helm's functions give for the same, see https://pkg.go.dev/text/template.
test.each([
  { source: "a {{ .x }} b", context: { x: 1 }, text: "a 1 b" },
  { source: "a  {{- .x -}}  \n b", context: { x: 1 }, text: "a1b" },
  { source: "a {{/* said to nobody */}} b", context: {}, text: "a  b" },
  { source: "{{ if .x }}yes{{ else }}no{{ end }}", context: { x: [] }, text: "no" },
  { source: "{{ if .x }}yes{{ else if .y }}or{{ else }}no{{ end }}", context: { x: 0, y: "a" }, text: "or" },
  { source: "{{ with .x }}{{ .y }}{{ end }}", context: { x: { y: "in" } }, text: "in" },
  { source: "{{ with .x }}{{ .y }}{{ else }}{{ .z }}{{ end }}", context: { x: {}, z: "out" }, text: "out" },
  { source: "{{ with .x }}{{ $.z }}{{ end }}", context: { x: 1, z: "root" }, text: "root" },
  { source: "{{ range $k, $v := .x }}{{ $k }}={{ $v }};{{ end }}", context: { x: { b: 2, a: 1 } }, text: "a=1;b=2;" },
  { source: "{{ range $v := .x }}{{ $v }},{{ end }}", context: { x: [3, 1] }, text: "3,1," },
  { source: "{{ range .x }}{{ . }}{{ end }}", context: { x: ["a", "b"] }, text: "ab" },
  { source: '{{ default "a" .x }}{{ .x | default "b" }}', context: { x: "" }, text: "ab" },
  { source: "{{ .x | quote }}", context: { x: 'say "hi"' }, text: '"say \\"hi\\""' },
  {
    source: "x:\n  {{- toYaml .x | nindent 2 }}",
    context: { x: { b: [1], a: "y" } },
    text: "x:\n  a: 'y'\n  b:\n  - 1",
  },
  { source: '{{ define "n" }}<{{ .x }}>{{ end }}{{ include "n" . }}', context: { x: 1 }, text: "<1>" },
  { source: '{{ define "n" }}<{{ . }}>{{ end }}{{ default (include "n" .x) .y }}', context: { x: 1 }, text: "<1>" },
  { source: '{{ "}}" }}{{ "{{" }}', context: {}, text: "}}{{" },
])("$source", ({ source, context, text }) => {
  expect(render(source, context)).toBe(text);
});

test.each([
  { source: "{{ lookup .x }}", why: "the function lookup is not in the documented part" },
  { source: '{{ tpl "x" . }}', why: "the function tpl is not in the documented part" },
  { source: "{{ if .x }}", why: "an end is missing" },
  { source: "{{ end }}", why: '"end" closes nothing' },
  { source: "{{ .x", why: "an action is not closed" },
  { source: "{{ .x.y.z }}", why: "nil pointer" },
  { source: '{{ include "nobody" . }}', why: "no template is called nobody" },
  { source: "{{ .m }}", why: "without toYaml" },
  { source: "{{ $nobody }}", why: "$nobody is not defined" },
  { source: "{{ range .m }}{{ else }}{{ end }}", why: "range with else" },
])("refused: $source", ({ source, why }) => {
  expect(() => render(source, { m: { a: 1 } })).toThrow(why);
});

test("values merge as Helm merges them", () => {
  const defaults = { a: { b: 1, c: [1, 2] }, d: "x", e: 1 };
  expect(mergeValues(defaults, { a: { c: [3] }, d: null })).toEqual({ a: { b: 1, c: [3] }, e: 1 });
  expect(defaults.a.c).toEqual([1, 2]);
});
