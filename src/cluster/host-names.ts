/** Where a workload names the host it talks to: `http://carts-db:80/x`, `carts-db.shop.svc:5432`, `10.96.0.7:80`. */
const urlHost = /[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^\s/@'"]{0,200}@)?([A-Za-z0-9][A-Za-z0-9.-]{0,252})/g;
const hostPort = /(?:^|[\s,;=@("'])([A-Za-z0-9][A-Za-z0-9.-]{0,252}):\d{1,5}(?=$|[\s,;/)"'])/g;
const bareHost = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const addressVariable =
  /(host|url|uri|addr|address|endpoint|server|service|upstream|peer|backend|broker|dsn|source|target)s?$/i;

/** A line of a file, or a flag in a command line, that names a host: `.host = "articles";`, `db_host: orders-db`, `psql -h orders-db`. */
const settingOfHost =
  /(?:^|[\s{,;."'])[\w-]{0,40}(?:host|hostname|server|upstream|endpoint|broker)["']?\s{0,3}[=:]\s{0,3}["']?([a-z0-9][a-z0-9.-]{0,252})["']?[ \t]{0,3}(?=$|[;,}\r])/gim;
const flagOfHost =
  /(?:^|\s)-(?:h|-(?:[\w-]{0,30}-)?(?:host|hostname|server))[ =]["']?([a-z0-9][a-z0-9.-]{0,252})["']?(?=$|\s)/g;
/** `server: on`, `host = 12`: what a setting of such a name may say and that is no host. */
const noHost = /^(?:[\d-]+|true|false|yes|no|on|off|none|null|default|auto)$/i;

/** Host names in a configuration value. A bare word counts only under a name that says it is an address. */
export function hostsInValue(name: string, value: string): readonly string[] {
  const text = value.length > 4_096 ? value.slice(0, 4_096) : value;
  const hosts = new Set<string>();
  for (const match of text.matchAll(urlHost)) if (match[1]) hosts.add(match[1].toLowerCase());
  for (const match of text.matchAll(hostPort)) if (match[1]) hosts.add(match[1].toLowerCase());
  for (const shape of [settingOfHost, flagOfHost])
    for (const { 1: host } of text.matchAll(shape)) if (host && !noHost.test(host)) hosts.add(host.toLowerCase());
  if (addressVariable.test(name) && bareHost.test(text)) hosts.add(text);
  return [...hosts];
}

// Phrases with which clients of many languages name the far side of a failed call.
// The host is only looked at, as it may begin the next phrase: `connection to server at "orders-db"`. What a bracket follows is code.
const failing =
  /(?:call(?:ing)? to|request(?:s)? to|connect(?:ion|ing)? to(?: (?:the )?(?:\w{1,20} )?server on)?|upstream|dial tcp:? (?:lookup )?|lookup|getaddrinfo [A-Z_]+|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|UnknownHostException:?|host ?name|host|peer|server at|no such host:?|reach)(?=[ =:"'[(]{1,3}(?:[a-z]{2,12}:\/\/)?([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?!\w|[\w.-]*(?:[[(]| server\b)))/g;
/** `Is the server running on host "10.96.1.2"`: words between a phrase and the name. */
const noName = /^(?:server|host|peer|the|an?)$/i;
const trouble =
  /fail|error|(?:can't|cannot|could not|unable to) connect|refus|timeout|timed out|timedout|unreach|lookup|ENOTFOUND|upstream|no such host|EAI_AGAIN|reset|exceeded|exception/i;

/** Names of a program's own things, in the source code that a stack quotes: `connect(host=self.host, timeout=5)`. */
const ownThings = /^(?:self|this|os|sys|process)\./;
/** Python quotes the line of code below each place that a traceback tells. */
const quotedCode = /^([ \t]{0,40}File "[^"\n]{1,300}", line \d{1,7}[^\n]*)\n[^\n]*/gm;

/** Of a message with a stack, in characters: its code is left out before the rest is cut to what is searched. */
const searched = 4_096;

/** Host names and addresses that a log line names as the far side of a call that failed. */
export function hostsInFailure(line: string): readonly string[] {
  const head = line.slice(0, searched);
  const text = (head.includes('File "') ? head.replaceAll(quotedCode, "$1") : head).slice(0, 1_024);
  if (!trouble.test(text)) return [];
  const hosts = new Set<string>();
  for (const { 1: name } of text.matchAll(failing))
    if (name && !noName.test(name) && !ownThings.test(name)) hosts.add(name.toLowerCase().replace(/\.+$/, ""));
  for (const match of text.matchAll(urlHost)) if (match[1]) hosts.add(match[1].toLowerCase());
  return [...hosts];
}
