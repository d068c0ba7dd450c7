/** Codes of Node's and undici's errors that come before the first byte of a request is sent: it cannot have had an effect. */
export const neverSentCodes: readonly string[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
];
