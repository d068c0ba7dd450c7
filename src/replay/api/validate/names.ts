import type { FieldError } from "../status-errors.ts";
import { invalidValue } from "./field-errors.ts";

const ends = "must start and end with an alphanumeric character";
const qualifiedText = `name part must consist of alphanumeric characters, '-', '_' or '.', and ${ends} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
const labelValueText = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and ${ends} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
const subdomainText = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and ${ends} (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const labelText = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and ${ends} (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;
const serviceText =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const portText = "must contain at least one letter (a-z)";
const configKeyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

type Problem = (text: string) => string | undefined;

function named(pattern: RegExp, limit: number, text: string): Problem {
  return (value) => {
    if (value.length > limit) return `must be no more than ${limit} bytes`;
    return pattern.test(value) ? undefined : text;
  };
}

export const subdomainProblem = named(subdomain, 253, subdomainText);
export const labelProblem = named(label, 63, labelText);
export const serviceNameProblem = named(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 63, serviceText);
const labelValueProblem = named(/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/, 63, labelValueText);
export const configKeyProblem = named(/^[-._a-zA-Z0-9]+$/, 253, configKeyText);

/** Names of RBAC objects may hold nearly anything that fits in a path. */
export const pathProblem: Problem = (value) => {
  if (value === "." || value === "..") return `may not be '${value}'`;
  const bad = ["/", "%"].find((character) => value.includes(character));
  return bad === undefined ? undefined : `may not contain '${bad}'`;
};

/** Names of container and service ports (IANA service names). */
export const portNameProblem: Problem = (value) => {
  if (value.length > 15) return "must be no more than 15 characters";
  if (!/^[-a-z0-9]+$/.test(value)) return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  return /[a-z]/.test(value) ? undefined : portText;
};

/** `prefix/name` keys of labels and annotations, and finalizers. */
export const qualifiedNameProblem: Problem = (value) => {
  const parts = value.split("/");
  if (parts.length > 2)
    return `a qualified name ${qualifiedText.slice("name part ".length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix !== undefined) {
    const why = prefix === "" ? "must be non-empty" : subdomainProblem(prefix);
    if (why !== undefined) return `prefix part ${why}`;
  }
  if (name === "") return "name part must be non-empty";
  if (name.length > 63) return "name part must be no more than 63 bytes";
  return /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name) ? undefined : qualifiedText;
};

/** Labels: keys are qualified names, values label values. */
export function labelErrors(labels: Readonly<Record<string, string>>, field: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const [badKey, badValue] = [qualifiedNameProblem(key), labelValueProblem(value)];
    return [
      ...(badKey === undefined ? [] : [invalidValue(field, key, badKey)]),
      ...(badValue === undefined ? [] : [invalidValue(field, value, badValue)]),
    ];
  });
}

const annotationLimitBytes = 256 * 1024;

/** Keys are looked at in lower case and values not at all; both together may take 256 KiB. */
export function annotationErrors(annotations: Readonly<Record<string, string>>, field: string): FieldError[] {
  const errors = Object.keys(annotations).flatMap((key) => {
    const bad = qualifiedNameProblem(key.toLowerCase());
    return bad === undefined ? [] : [invalidValue(field, key, bad)];
  });
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size <= annotationLimitBytes) return errors;
  return [
    ...errors,
    { field, reason: "FieldValueTooLong", message: `Too long: may not be more than ${annotationLimitBytes} bytes` },
  ];
}
