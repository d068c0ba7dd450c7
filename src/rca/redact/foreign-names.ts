import type { Span } from "./span.ts";

/** Names of secrets with letters beyond ASCII, or a colon beyond it. */
const named =
  /(?:пароль|密码|密碼|口令|パスワード|비밀번호|contraseña|hasło|şifre|lösenord|salasana|password|passwd|token|secret)["']?\s{0,4}[:：=]\s{0,4}["'「]?([^\s"'」，。,;]{3,128})/giu;
const beyondAscii = /[^\0-\x7f]/;

/** What stands behind them. Linear: nothing that repeats can match in two ways. */
export function foreignSecrets(text: string): readonly Span[] {
  if (!beyondAscii.test(text)) return [];
  const spans: Span[] = [];
  for (const found of text.matchAll(named)) {
    const [whole, value = ""] = found;
    // What ASCII says throughout is told with the rest.
    if (!beyondAscii.test(whole.slice(0, whole.length - value.length)) || value.startsWith("<redacted-")) continue;
    const to = found.index + whole.length;
    spans.push({ from: to - value.length, to, kind: "password" });
  }
  return spans;
}
