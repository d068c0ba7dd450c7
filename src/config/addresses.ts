import { z } from "zod";

const asked = (of: string) => `must be an address such as ${of}`;
/** Lost between a form and a file: what a password holds must not end the address. */
const encodeRule = "; in a password # is written %23, / %2F, ? %3F, @ %40, % %25";

/** Whether user and password can be read where they are written with %: the drivers fail over it with the first connection. */
function decodes(address: string): boolean {
  try {
    const { username, password } = new URL(address);
    for (const part of [username, password]) decodeURIComponent(part);
    return true;
  } catch {
    // Not a sequence of UTF-8 behind a %.
    return false;
  }
}

/** `http://…` or `https://…`. */
export const httpUrl = z
  .url({
    protocol: /^https?$/,
    // What is no text at all is told by its type.
    error: ({ code }) => (code === "invalid_format" ? asked("https://host.example.com") : undefined),
    abort: true,
  })
  .refine(decodes, `${asked("https://host.example.com")}${encodeRule}`);

const postgres = `${asked("postgres://user:password@host:5432/database")}${encodeRule}`;
/** What PostgreSQL calls a connection URI. With `host=` among its parameters it names a folder of sockets, and is no URL. */
export const postgresUrl = z
  .string()
  .regex(/^(postgres(ql)?|socket):/, { error: postgres, abort: true })
  .refine((value) => !/#.*@/.test(value) && (URL.canParse(value) ? decodes(value) : /[?&]host=/.test(value)), postgres)
  // The driver takes these for verify-full, and warns of that with every start.
  .overwrite((value) => value.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, "$1verify-full"));

/** Of the NATS server; without a scheme the client takes `nats://`. */
export const natsUrl = z.string().regex(/^((nats|tls|wss?):\/\/)?[^/]+\/?$/, asked("nats://nats:4222"));

const smtp = `${asked("smtp://user:password@host:587")}${encodeRule}`;
export const smtpUrl = z
  .string()
  .regex(/^smtps?:\/\//, { error: smtp, abort: true })
  .refine(decodes, smtp);
