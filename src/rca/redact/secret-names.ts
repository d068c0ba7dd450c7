/** `code`: a few digits are a value as well. */
export type NameKind = "password" | "token" | "code";

const passwords =
  /pass(?:word|wort|wd|phrase|code)|(?:^|[-_.])(?:pass|pwd|pw|psw)$|pwd|(?:bind|root)pw$|kennwort|contrasena|(?:^|[-_.])senha$|mot[-_.]?de[-_.]?passe|wachtwoord|(?:^|[-_.])(?:clave|psk)$/;
// `dbpass`, `requirepass`: glued to what it opens. `bypass` and `compass` open nothing.
const glued =
  /(?:^|[-_.])(?:db|sql|my|pg|mongo|redis|rabbit|mq|smtp|imap|mail|ldap|bind|ftp|ssh|ssl|http|proxy|auth|basic|key|store|trust|user|login|root|admin|app|api|svc|service|client|server|require|remote|default)+pass$/;
const tokens =
  /secret|token|client[-_.]?assertion$|hub[-_.]?signature|[a-z]-signature(?:-\d{3})?$|(?:seed|recovery)[-_.]?phrase$|mnemonic$|instrumentation[-_.]?key|certificate[-_.]?key$|(?:datadog|dd)[-_.]?app[-_.]?key|(?:totp|otp|mfa|2fa)[-_.]?(?:seed|key)|sess(?:ion)?[-_.]?id$|(?:^|[-_.])creds$|(?:functions|server|subscription|activation|product|recovery|unseal)[-_.]?key$|api[-_.]?key|access[-_.]?key|private[-_.]?key|account[-_.]?key|shared[-_.]?key|(?:encryption|signing|master|service|license|deploy|auth|hmac|storage|admin|client)[-_.]?key|credential|authorization|(?:^|[-_.])auth$|auth[-_.]?header|cookie|(?:^|[-_.])sid$|snmp[-_.]?community|community[-_.]?string|(?:^|[-_.])session(?:[-_.]?(?:id|key))?$|(?:^|[-_.])(?:sig|signature|jwt|dsn|bearer)$|conn(?:ection)?[-_.]?string|webhook[-_.]?url/;
const codes = /(?:^|[-_.])(?:otp|totp|pin|cvv2?|cvc2?|(?:mfa|2fa|otp|pin|verification)[-_.]?code)$/;
// `secretName`, `tokenCount`, `passwordFile`: names that speak of a secret without holding one.
// An age stands apart: `password-age`, `passwordAge`; `DB_PASSWORD_STAGE` is the password of a stage.
const harmless =
  /(?:name|names|ref|refs|file|path|paths|type|count|counts|length|len|size|ttl|expir(?:y|es|ed|ation)|expires[-_.]?(?:in|at)|policy|version|total|tokens|secrets|limit|limits|issuer|enabled|required|present|valid|invalid|missing|mount|mountpath|status|error|errors|used|provider|manager|store|rotation|rotated|stdin|prompt|hits|cache|failed|reason|endpoint|[-_.]age|encryption|cert[-_]hash|[-_.]mode|domain)$/;
/** `token-service`, `auth-proxy`: names of programs that deal with secrets. */
const program =
  /^[a-z0-9]+(?:-[a-z0-9]+)*-(?:service|svc|server|api|controller|operator|worker|proxy|gateway|handler|webhook|job|agent|daemon)$/;
const verb =
  /^(?:check|verify|validate|reset|change|update|forgot|forget|generate|hash|compare|encode)[-_]?(?:user[-_]?)?pass(?:word|wd)?/i;
const humpedAge = /[a-z]Age$/;
/** `rootPw`, `dbPwd`: no dash or point sets the ending apart. */
const humpedPassword = /[a-z](?:Pw|Psw)$/;

// The same few names come again and again; deciding about each once keeps redaction quick.
const decided = new Map<string, NameKind | "none">();
const maxDecided = 5_000;

function decide(name: string): NameKind | undefined {
  const lower = name.toLowerCase();
  if (harmless.test(lower) || humpedAge.test(name) || program.test(name) || verb.test(name)) return undefined;
  if (passwords.test(lower) || glued.test(lower) || humpedPassword.test(name)) return "password";
  if (codes.test(lower)) return "code";
  return tokens.test(lower) ? "token" : undefined;
}

/** Whether a name (of a variable, header, key, flag) says that its value is secret, and how strictly to take it. */
export function secretName(name: string): NameKind | undefined {
  if (name.length < 2 || name.length > 120) return undefined;
  const known = decided.get(name);
  if (known !== undefined) return known === "none" ? undefined : known;
  const kind = decide(name);
  if (decided.size >= maxDecided) decided.clear();
  decided.set(name, kind ?? "none");
  return kind;
}
