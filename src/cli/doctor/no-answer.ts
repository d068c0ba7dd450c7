import { messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";

export interface NoAnswer {
  /** As in "https://… `why`". */
  readonly why: string;
  readonly remedy: string;
}

/** What Node says of a certificate that nobody it trusts has signed. */
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);
const ofCertificate = new Set([...untrusted, "CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID", "ERR_TLS_CERT_ALTNAME_INVALID"]);

/** Whether it is the certificate of the far side that was not taken. */
export const isCertificateCode = (code: string): boolean => ofCertificate.has(code);

function innermost(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 6 && at instanceof Error && at.cause !== undefined; depth++) at = at.cause;
  return at;
}

/**
 * Why a service did not answer a request, behind "fetch failed" and "Connection error.", and what helps.
 * @param setting what names its address, as in `PROMETHEUS_URL`
 */
export function whyNoAnswer(error: unknown, setting: string): NoAnswer {
  const cause = innermost(error);
  const code = errorCode(cause) ?? "";
  const network = `Check ${setting}, and that a firewall, a network policy or a proxy lets kubemend through.`;
  if (untrusted.has(code))
    return {
      why: `has a certificate that is not trusted here (${code})`,
      remedy: "Name the certificate of its CA when kubemend starts: NODE_EXTRA_CA_CERTS=/path/ca.pem.",
    };
  if (ofCertificate.has(code))
    return code === "ERR_TLS_CERT_ALTNAME_INVALID"
      ? {
          why: "has a certificate for another name",
          remedy: `Write the name into ${setting} that the certificate is for.`,
        }
      : {
          why: `has a certificate that is not valid now (${code})`,
          remedy: "Renew it; if it is valid, the clock of this machine is wrong.",
        };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return {
      why: `is a name that is not known here (${code})`,
      remedy: `Check the host in ${setting}; within a cluster it is <service>.<namespace>.svc.`,
    };
  if (code === "ECONNREFUSED")
    return {
      why: "does not answer: nothing listens there (ECONNREFUSED)",
      remedy: `Check host and port in ${setting}.`,
    };
  if (/TimeoutError|AbortError/.test(cause instanceof Error ? cause.name : "") || /TIMEDOUT|_TIMEOUT/.test(code))
    return { why: "does not answer in time", remedy: network };
  if (/wrong version number|packet length too long/i.test(messageOf(cause)))
    return { why: "speaks no TLS at that port", remedy: `Write http:// into ${setting}, or the port with TLS.` };
  return { why: `does not answer: ${messageOf(cause, 160)}`, remedy: network };
}
