import { passwordAt } from "./password-at.ts";
import type { Span } from "./span.ts";

export interface PasswordOption {
  /** The word that must come first: `docker login`. */
  readonly command?: string;
  /** Ends where the password begins. */
  readonly option: RegExp;
}

/** Lists of arguments have quotes and commas between them. */
const apart = (letter: string): PasswordOption => ({
  option: new RegExp(`[\\s"',]-${letter}(?:["']?,?[ \\t]{1,2}|["'],)(?=["']?[^\\s"'-])`),
});
const joined: PasswordOption = { option: /[\s"',]-p(?=[^\s,-])/ };
/** Joined to its value or apart from it. */
const either = (letter: string): PasswordOption => ({
  option: new RegExp(`[\\s"',]-${letter}(?:["']?,?[ \\t]{1,2}|["'],)?(?=["']?[^\\s"',-])`),
});
const same = (names: string, option: PasswordOption): Readonly<Record<string, PasswordOption>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, option]));

/** Programs that take a password by a letter: `redis-cli -a …`, `mysql -p…`. */
export const optionPrograms: ReadonlyMap<string, PasswordOption> = new Map(
  Object.entries({
    sshpass: { option: /(?:^|\s)-p[ \t]{0,2}(?=[^\s-])/ },
    "redis-cli": apart("a"),
    smbclient: { option: /\s-U[ \t]{0,2}[\w.\\-]{1,64}%(?=\S)/ },
    vault: { command: "login", option: /^[ \t]{1,2}(?=[^\s-])/ },
    rabbitmqctl: { option: /\s(?:add_user|change_password|authenticate_user)[ \t]{1,4}\S{1,64}[ \t]{1,4}(?=\S)/ },
    ...same("mysql mysqldump mysqladmin mariadb", joined),
    ...same("docker podman helm nerdctl buildah oc az", { ...apart("p"), command: "login" }),
    ...same("mongo mongosh mongodump twine", apart("p")),
    ...same("7z 7za 7zr rar unrar", joined),
    ...same("sqlcmd bcp", either("P")),
    ...same("unzip zip mosquitto_pub mosquitto_sub ipmitool", apart("P")),
    openssl: apart("[kK]"),
    net: { command: "user", option: /^[ \t]\S{1,64}[ \t](?=[^\s/*])/ },
    "snmp-server": { command: "community", option: /^[ \t](?=\S)/ },
    ...same("snmpget snmpset snmpwalk snmpbulkwalk snmptrap", apart("[cAX]")),
    ...same("useradd usermod", apart("p")),
    htpasswd: {
      option:
        /[ \t]-[A-Za-z]{0,6}b[A-Za-z]{0,6}[ \t]{1,2}(?:-\S{1,16}[ \t]{1,2}){0,4}\S{1,100}[ \t]{1,2}\S{1,64}[ \t]{1,2}(?=[^\s-])/,
    },
    ...same("ldapsearch ldapmodify ldapadd ldapwhoami", either("w")),
  }),
);

/** Options stand within so many characters of their program. */
const commandChars = 120;

/** The password that the options of a program hold, up to the end of its line; without one, up to where was looked. */
export function optionSecret(
  text: string,
  to: number,
  { command, option }: PasswordOption,
): { readonly span?: Span; readonly lookedUntil?: number } {
  const line = text.slice(to, to + commandChars).split("\n", 1)[0] ?? "";
  const begin = command === undefined ? 0 : line.indexOf(` ${command} `) + command.length + 1;
  const found = command !== undefined && begin === command.length ? undefined : option.exec(line.slice(begin));
  const span = found ? passwordAt(text, to + begin + found.index + found[0].length) : undefined;
  return span ? { span } : { lookedUntil: to + line.length };
}
