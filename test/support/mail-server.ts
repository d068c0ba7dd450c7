import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

export interface Received {
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: Email;
}

interface Refusal {
  readonly code: number;
  readonly text: string;
}

const refusal = ({ code, text }: Refusal) => Object.assign(new Error(text), { responseCode: code });

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly Received[];
  /** How to answer the next deliveries; undefined takes them. */
  refuse(answer: Refusal | undefined): void;
  /** How to answer when a reader is named; undefined takes him. */
  refuseReader(address: string, answer: Refusal | undefined): void;
  /** Readers that were named, in the order in which they were. */
  readonly named: readonly string[];
}

/** A real SMTP server on this machine that keeps what it is given, read back by a real mail client's parser. */
export async function startMailServer(
  options: { readonly user?: string; readonly password?: string } = {},
): Promise<MailServer> {
  const received: Received[] = [];
  const named: string[] = [];
  const readers = new Map<string, Refusal>();
  let answer: Refusal | undefined;
  const server = new SMTPServer({
    authOptional: options.user === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === options.user && password === options.password) return done(null, { user: username });
      return done(new Error("wrong user or password"));
    },
    onRcptTo({ address }, _session, done) {
      named.push(address);
      const refused = readers.get(address);
      done(refused && refusal(refused));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (answer) return done(refusal(answer));
        const raw = Buffer.concat(chunks);
        void PostalMime.parse(raw).then((mail) => {
          received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: raw.toString("utf8"), mail });
          done();
        });
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const place = server.server.address();
  return {
    port: typeof place === "object" && place ? place.port : 0,
    received,
    named,
    refuse: (next) => {
      answer = next;
    },
    refuseReader: (address, next) => {
      if (next) readers.set(address, next);
      else readers.delete(address);
    },
    [Symbol.asyncDispose]: () => new Promise((closed) => server.close(closed)),
  };
}
