import { describe, expect, test } from "vitest";
import { createSmtpMailer, smtpOptions } from "../../../../src/adapters/smtp/smtp-mailer.ts";
import { type Mail, messageIdOf, subjectText } from "../../../../src/bot/email/mail.ts";
import { startMailServer } from "../../../support/mail-server.ts";

const mail: Mail = {
  subject: "Socks, möglicherweise",
  text: "plain",
  html: '<p>rich <img src="cid:a@kubemend"></p>',
  pictures: [{ cid: "a@kubemend", name: "a.png", png: Buffer.from("89504e47", "hex") }],
  messageId: messageIdOf("a", "kubemend@example.com"),
  inReplyTo: messageIdOf("b", "kubemend@example.com"),
};
const from = "kubemend <kubemend@example.com>";

test("what is sent is what a mail client reads", async () => {
  await using server = await startMailServer({ user: "me@x", password: "p/w" });
  await using mailer = createSmtpMailer({ url: `smtp://me%40x:p%2Fw@127.0.0.1:${server.port}?tls=off`, from });
  await mailer.send(mail, { to: "ada@example.com", unsubscribeUrl: "https://k.example.com/unsubscribe?to=a&sig=b" });
  const [{ mail: read, to } = { mail: undefined, to: [] }] = server.received;
  expect(to).toEqual(["ada@example.com"]);
  expect(read).toMatchObject({
    subject: mail.subject,
    from: { address: "kubemend@example.com" },
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.inReplyTo,
    attachments: [{ filename: "a.png", mimeType: "image/png", disposition: "inline", contentId: "<a@kubemend>" }],
  });
  expect(read?.text?.trim()).toBe("plain");
  expect(read?.html).toContain("cid:a@kubemend");
  const headers = new Map(read?.headers.map(({ key, value }) => [key, value]));
  expect(headers.get("auto-submitted")).toBe("auto-generated");
  expect(headers.get("list-unsubscribe")).toBe("<https://k.example.com/unsubscribe?to=a&sig=b>");
  expect(headers.get("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
});

test.each([
  { code: 451, text: "try again", retryable: true, want: "mail-not-sent" },
  { code: 550, text: "no such mailbox", retryable: false, want: "mail-refused" },
])("a server that answers $code: retryable is $retryable", async ({ code, text, retryable, want }) => {
  await using server = await startMailServer();
  await using mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${server.port}?tls=off`, from });
  server.refuse({ code, text });
  await expect(mailer.send(mail, { to: "ada@example.com" })).rejects.toMatchObject({
    code: want,
    retryable,
  });
  server.refuse(undefined);
  server.refuseReader("ada@example.com", { code, text });
  await expect(mailer.send(mail, { to: "ada@example.com" })).rejects.toMatchObject({ code: want, retryable });
});

test("a password that the server refuses is a setting that somebody may put right: the mail is worth another try", async () => {
  await using server = await startMailServer({ user: "me", password: "right" });
  await using mailer = createSmtpMailer({ url: `smtp://me:wrong@127.0.0.1:${server.port}?tls=off`, from });
  await expect(mailer.send(mail, { to: "ada@example.com" })).rejects.toMatchObject({
    code: "mail-not-sent",
    retryable: true,
  });
});

test("a server that is not there is worth another try", async () => {
  await using mailer = createSmtpMailer({ url: "smtp://127.0.0.1:9?tls=off", from });
  await expect(mailer.send(mail, { to: "ada@example.com" })).rejects.toMatchObject({ retryable: true });
});

describe("addresses of servers", () => {
  test.each([
    { url: "smtp://h:25", expected: { host: "h", port: 25, secure: false, requireTLS: true } },
    { url: "smtp://h", expected: { port: 587, requireTLS: true } },
    {
      url: "smtps://u:p%40@h",
      expected: { port: 465, secure: true, requireTLS: false, auth: { user: "u", pass: "p@" } },
    },
    { url: "smtp://h?tls=off", expected: { requireTLS: false, ignoreTLS: true } },
    { url: "smtp://[::1]:25", expected: { host: "::1" } },
  ])("$url", ({ url, expected }) => expect(smtpOptions(url)).toMatchObject(expected));

  test.each(["mail.example.com:587", "https://h", "nonsense"])("%s is refused with what to write", (url) => {
    expect(() => smtpOptions(url)).toThrow(
      expect.objectContaining({ code: "smtp-url", remedy: expect.stringContaining("smtp://") }),
    );
  });
});

test("TLS that the server does not offer is no reason to do without", async () => {
  await using server = await startMailServer();
  await using mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from });
  // The server's certificate is its own: what matters is that nothing went through.
  await expect(mailer.send(mail, { to: "ada@example.com" })).rejects.toMatchObject({ code: "mail-not-sent" });
  expect(server.received).toEqual([]);
});

test.each([
  { text: "a\r\nBcc: eve@example.com", line: "a Bcc: eve@example.com" },
  { text: "\u202eright to left", line: "right to left" },
  { text: " many   \t spaces ", line: "many spaces" },
])("a subject is one line: $line", ({ text, line }) => expect(subjectText(text)).toBe(line));
