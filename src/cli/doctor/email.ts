import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Check, checkDeadlineMs, failed, off, ok } from "./check.ts";

/** A server without a sender and readers sends nothing, and says nothing. */
export function mailAddressesCheck({ email }: Pick<Config, "email">): Check {
  return {
    name: "E-mail",
    async run() {
      if (!email.smtpUrl || (email.from && email.to.length > 0)) return ok("complete, or not configured");
      return failed("a server, but no addresses: nothing is sent", "Set email.from and email.to.");
    },
  };
}

/** Greets the server and signs in; sends no mail, so whether addresses are accepted shows with the first digest. */
export function emailCheck(config: Config): Check {
  return {
    name: "E-mail",
    async run() {
      const { smtpUrl, to } = config.email;
      if (!smtpUrl)
        return off(
          "not configured",
          "Set SMTP_URL (smtp://user:password@host:587) and email.from, email.to for digests.",
        );
      const addresses = await mailAddressesCheck(config).run();
      if (addresses.state === "failed") return addresses;
      const { createTransport } = await import("nodemailer");
      const { smtpOptions } = await import("../../adapters/smtp/smtp-mailer.ts");
      const transport = createTransport({
        ...smtpOptions(smtpUrl),
        connectionTimeout: checkDeadlineMs,
        greetingTimeout: checkDeadlineMs,
      });
      try {
        await transport.verify();
        return ok(`${new URL(smtpUrl).host}, to ${to.length} address${to.length === 1 ? "" : "es"}`);
      } catch (error) {
        return failed(
          `the mail server refuses or does not answer: ${messageOf(error, 160)}`,
          "Check SMTP_URL: host, port, user and password.",
        );
      } finally {
        transport.close();
      }
    },
  };
}
