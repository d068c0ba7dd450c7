export type NameKind = "password" | "token";

const passwords =
  /pass(?:word|wort|wd|phrase|code)|(?:^|[-_.])(?:pass|pwd|pw|psw)$|pwd|kennwort|contrasena|(?:^|[-_.])senha$|mot[-_.]?de[-_.]?passe|wachtwoord|(?:^|[-_.])(?:clave|psk)$/;
// `dbpass`, `requirepass`: glued to what it opens. `bypass` and `compass` open nothing.
const glued =
  /(?:^|[-_.])(?:db|sql|my|pg|mongo|redis|rabbit|mq|smtp|imap|mail|ldap|bind|ftp|ssh|ssl|http|proxy|auth|basic|key|store|trust|user|login|root|admin|app|api|svc|service|client|server|require|remote|default)+pass$/;
const tokens =
  /secret|token|(?:totp|otp|mfa|2fa)[-_.]?(?:seed|key)|sess(?:ion)?[-_.]?id$|(?:^|[-_.])creds$|(?:functions|server|subscription|activation|product|recovery|unseal)[-_.]?key$|api[-_.]?key|access[-_.]?key|private[-_.]?key|account[-_.]?key|shared[-_.]?key|(?:encryption|signing|master|service|license|deploy|auth|hmac|storage|admin|client)[-_.]?key|credential|authorization|(?:^|[-_.])auth$|auth[-_.]?header|cookie|(?:^|[-_.])(?:sid|cvv|cvc)$|snmp[-_.]?community|community[-_.]?string|(?:^|[-_.])session(?:[-_.]?(?:id|key))?$|(?:^|[-_.])(?:sig|signature|jwt|dsn|otp|pin|bearer)$|conn(?:ection)?[-_.]?string|webhook[-_.]?url/;
// `secretName`, `tokenCount`, `passwordFile`: names that speak of a secret without holding one.
// An age stands apart: `password-age`, `passwordAge`; `DB_PASSWORD_STAGE` is the password of a stage.
const harmless =
  /(?:name|names|ref|refs|file|path|paths|type|count|counts|length|len|size|ttl|expir(?:y|es|ed|ation)|expires[-_.]?(?:in|at)|policy|version|total|tokens|secrets|limit|limits|issuer|enabled|required|present|valid|invalid|missing|mount|mountpath|status|error|errors|used|provider|manager|store|rotation|rotated|stdin|prompt|hits|cache|failed|reason|endpoint|[-_.]age)$/;
const humpedAge = /[a-z]Age$/;
/** `rootPw`, `dbPwd`: no dash or point sets the ending apart. */
const humpedPassword = /[a-z](?:Pw|Psw)$/;

// The same few names come again and again; deciding about each once keeps redaction quick.
const decided = new Map<string, NameKind | undefined>();
const maxDecided = 5_000;

function decide(name: string): NameKind | undefined {
  const lower = name.toLowerCase();
  if (harmless.test(lower) || humpedAge.test(name)) return undefined;
  if (passwords.test(lower) || glued.test(lower) || humpedPassword.test(name)) return "password";
  return tokens.test(lower) ? "token" : undefined;
}

/** Whether a name (of a variable, header, key, flag) says that its value is secret, and how strictly to take it. */
export function secretName(name: string): NameKind | undefined {
  if (name.length < 2 || name.length > 120) return undefined;
  const known = decided.get(name);
  if (known !== undefined || decided.has(name)) return known;
  const kind = decide(name);
  if (decided.size >= maxDecided) decided.clear();
  decided.set(name, kind);
  return kind;
}
