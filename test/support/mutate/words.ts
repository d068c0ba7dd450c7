import { type Mutated, type Mutation, mapLines, mapTexts } from "./mutated.ts";

type Wording = readonly (readonly [RegExp, string])[];

const reworded = (text: string, wording: Wording) =>
  wording.reduce((now, [pattern, words]) => now.replace(pattern, words), text);

const inOtherWords =
  (wording: Wording): Mutation =>
  (recording) => ({ recording: mapLines(recording, (line) => reworded(line, wording)) });

/** The same mishaps as a Go program tells them. */
export const goWords = inOtherWords([
  [/connect ECONNREFUSED ([\d.:]+)/g, "dial tcp $1: connect: connection refused"],
  [/getaddrinfo E\w+ ([\w.-]+)/g, "dial tcp: lookup $1 on 10.96.0.10:53: no such host"],
  [/(?:read ECONNRESET|socket hang up)/g, "read tcp 10.244.0.9:51122->10.96.0.7:80: read: connection reset by peer"],
  [/timeout of \d+ms exceeded/g, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"],
  [/upstream ([\w-]+): HTTP (\d+)/g, "$1 returned status $2"],
  [/call to ([\w-]+) failed: HTTP (\d+)/g, "request to $1 not successful, unexpected status $2"],
  [/call to ([\w-]+) failed:/g, "could not reach $1:"],
  [/configuration error: environment variable (\w+) is not set/g, "required env $1 missing"],
  [/ code=E\w+/g, ""],
  [/,"code":"E\w+"/g, ""],
  [/SIGTERM received, draining/g, "got signal terminated, shutting down"],
]);

/** As a Java program tells them. */
export const javaWords = inOtherWords([
  [/connect ECONNREFUSED ([\d.:]+)/g, "java.net.ConnectException: Connection refused (Connection refused) at /$1"],
  [/getaddrinfo E\w+ ([\w.-]+)/g, "java.net.UnknownHostException: $1: Name or service not known"],
  [/(?:read ECONNRESET|socket hang up)/g, "java.net.SocketException: Connection reset"],
  [/timeout of \d+ms exceeded/g, "java.net.SocketTimeoutException: Read timed out"],
  [/upstream ([\w-]+): HTTP (\d+)/g, "HttpServerErrorException: $2 from $1"],
  [/call to ([\w-]+) failed: HTTP (\d+)/g, "I/O error on request for http://$1/: $2 Server Error"],
  [/call to ([\w-]+) failed:/g, "I/O error on request for http://$1/; nested exception is"],
  [
    /configuration error: environment variable (\w+) is not set/g,
    "java.lang.IllegalArgumentException: Could not resolve placeholder '$1' in value",
  ],
  [/ code=E\w+/g, ""],
  [/,"code":"E\w+"/g, ""],
  [/SIGTERM received, draining/g, "Commencing graceful shutdown. Waiting for active requests to complete"],
]);

/** As a Python program tells them. */
export const pythonWords = inOtherWords([
  [/connect ECONNREFUSED [\d.]+:(\d+)/g, "[Errno 111] Connection refused (port $1)"],
  [/getaddrinfo E\w+ ([\w.-]+)/g, "[Errno -2] Name or service not known: $1"],
  [
    /(?:read ECONNRESET|socket hang up)/g,
    "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
  ],
  [/timeout of (\d+)ms exceeded/g, "HTTPConnectionPool: Read timed out. (read timeout=$1)"],
  [/upstream ([\w-]+): HTTP (\d+)/g, "$2 Server Error for url: http://$1/"],
  [/call to ([\w-]+) failed: HTTP (\d+)/g, "requests.exceptions.HTTPError: $2 Server Error for url: http://$1/"],
  [/call to ([\w-]+) failed:/g, "requests.exceptions.ConnectionError: host='$1':"],
  [/configuration error: environment variable (\w+) is not set.*$/g, "KeyError: '$1'"],
  [/ code=E\w+/g, ""],
  [/,"code":"E\w+"/g, ""],
  [/SIGTERM received, draining/g, "Handling signal: term"],
]);

/** Sentences of Kubernetes 1.28 and its time. Source: the kubelet's and the scheduler's texts of that release. */
const older: Wording = [
  [/Back-off restarting failed container ([\w-]+) in pod (\S+)/g, "Back-off restarting failed container"],
  [/ no new claims to deallocate,/g, ""],
  [/ no new claims to deallocate\./g, ""],
  [/ already present on machine and can be accessed by the pod/g, " already present on machine"],
  [/^Container created$/g, "Created container main"],
  [/^Container started$/g, "Started container main"],
  [
    /rpc error: code = NotFound desc = failed to pull and unpack image "([^"]+)": failed to resolve image: \S+ not found/g,
    'rpc error: code = NotFound desc = failed to pull and unpack image "$1": failed to resolve reference "$1": $1: not found',
  ],
  [/Scaled (up|down) replica set (\S+) from (\d+) to (\d+)/g, "Scaled $1 replica set $2 to $4"],
  [/Back-off pulling image ("[^"]+").*/g, "Back-off pulling image $1"],
];

/** The messages of objects and events as a cluster of 2023 writes them. */
export function olderKubernetes(recording: Parameters<Mutation>[0]): Mutated {
  const change = (text: string) => reworded(text, older);
  return {
    recording: {
      ...recording,
      header: { ...recording.header, kubernetesVersion: "v1.28.9" },
      objects: mapTexts(recording.objects, change),
      changes: mapTexts(recording.changes, change),
      events: mapTexts(recording.events, change),
    },
  };
}

const plainLevel = /\b(debug|info|warn(?:ing)?|error|fatal|log)\b/i;

/** What programs wrote as text, a log library writes as JSON; what was JSON stays. */
export const jsonLines: Mutation = (recording) => ({
  recording: {
    ...recording,
    logs: recording.logs.map((row) =>
      row.line.startsWith("{")
        ? row
        : {
            ...row,
            line: JSON.stringify({
              "@timestamp": new Date(row.at).toISOString(),
              "log.level": (plainLevel.exec(row.line.slice(0, 80))?.[1] ?? "info").toUpperCase(),
              "service.name": row.container,
              message: row.line
                .replace(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+Z? */, "")
                .replace(/^(?:\[\d+\] )?(?: *(?:DEBUG|INFO|WARN|ERROR|LOG):? )/, ""),
            }),
          },
    ),
  },
});

const colours: Readonly<Record<string, number>> = {
  error: 31,
  fatal: 35,
  warn: 33,
  warning: 33,
  info: 32,
  debug: 36,
  log: 32,
};

/** Lines as a terminal shows them: a colour for the level, the name of the program before each. */
export const colouredLines: Mutation = (recording) => ({
  recording: {
    ...recording,
    logs: recording.logs.map((row) => {
      if (row.line.startsWith("{")) return row;
      const line = row.line.replace(
        plainLevel,
        (level) => `\u001b[${colours[level.toLowerCase()] ?? 32}m${level}\u001b[39m`,
      );
      return { ...row, line: `${row.container} | ${line}` };
    }),
  },
});
