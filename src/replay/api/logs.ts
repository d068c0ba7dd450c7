import { type Api, type Call, type Reply, textReply } from "./call.ts";
import { live } from "./commit.ts";
import { type ApiObject, isObject, type JsonObject, objectsAt, stringAt } from "./json.ts";
import type { LogLine, LogRun } from "./ports.ts";
import { isTrue } from "./router.ts";
import { timeProblem } from "./schema/time-text.ts";
import { badRequest, type FieldError, invalid, methodNotAllowed } from "./status-errors.ts";
import { forbiddenField, invalidValue } from "./validate/field-errors.ts";

interface LogOptions {
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Unix ms; lines before it are left out. */
  readonly sinceMs: number | undefined;
  readonly timestamps: boolean;
}

/** GET of pods/x/log. */
export function podLog(api: Api, call: Call): Reply {
  if (call.route.verb !== "get") throw methodNotAllowed();
  const { query } = call;
  const options = logOptions(call, api.table.now());
  const pod = live(api, call);
  const container = containerName(pod, query.get("container") ?? "");
  // A pod that is on no node has no kubelet to ask.
  if (stringAt(pod, "spec", "nodeName") === undefined) return { kind: "text", code: 204, contentType: "", text: "" };
  const run = runOf(pod, container, isTrue(query.get("previous")));
  const lines = api.logs === undefined ? [] : api.logs.lines(run);
  if (lines === undefined)
    return textReply(`unable to retrieve container logs for ${run.containerId ?? ""}`, 200, "text/plain");
  const chosen = tail(lines, options);
  const text = (line: LogLine): string => `${options.timestamps ? `${line.at} ` : ""}${line.line}\n`;
  const follows = isTrue(query.get("follow")) && !isTrue(query.get("previous")) && run.finishedAt === undefined;
  const { logs } = api;
  if (!follows || logs === undefined) {
    const bytes = Buffer.from(chosen.map(text).join(""));
    return {
      kind: "text",
      code: 200,
      contentType: "text/plain",
      text: bytes.subarray(0, options.limitBytes ?? bytes.length),
    };
  }
  return {
    kind: "stream",
    contentType: "text/plain",
    open: (sink) => {
      let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
      const send = (line: LogLine): void => {
        const bytes = Buffer.from(text(line)).subarray(0, left);
        left -= bytes.length;
        if (bytes.length > 0) sink.write(bytes.toString("utf8"));
        if (left <= 0) sink.end();
      };
      for (const line of chosen) send(line);
      return logs.follow(run, { line: send, end: () => sink.end() });
    },
  };
}

function tail(lines: readonly LogLine[], { sinceMs, tailLines }: LogOptions): readonly LogLine[] {
  const recent = sinceMs === undefined ? lines : lines.filter((line) => Date.parse(line.at) >= sinceMs);
  if (tailLines === undefined) return recent;
  return tailLines === 0 ? [] : recent.slice(-tailLines);
}

function logOptions({ query, route }: Call, nowMs: number): LogOptions {
  const number = (name: string): number | undefined => {
    const text = query.get(name) ?? "";
    if (text === "") return undefined;
    if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
    return Number(text);
  };
  const [tailLines, limitBytes, sinceSeconds] = [number("tailLines"), number("limitBytes"), number("sinceSeconds")];
  const sinceTime = query.get("sinceTime") ?? "";
  const problem = sinceTime === "" ? undefined : timeProblem(sinceTime);
  if (problem !== undefined) throw badRequest(problem);
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalidValue("tailLines", tailLines, "must be greater than or equal to 0"));
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalidValue("limitBytes", limitBytes, "must be greater than 0"));
  if (sinceSeconds !== undefined && sinceTime !== "")
    errors.push(forbiddenField("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.push(invalidValue("sinceSeconds", sinceSeconds, "must be greater than 0"));
  const stream = query.get("stream") ?? "";
  if (stream !== "" && stream !== "All") errors.push(forbiddenField("stream", "may not be specified"));
  if (errors.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, route.name, errors);
  const sinceMs =
    sinceSeconds !== undefined ? nowMs - sinceSeconds * 1000 : sinceTime === "" ? undefined : Date.parse(sinceTime);
  return { tailLines, limitBytes, sinceMs, timestamps: isTrue(query.get("timestamps")) };
}

function containerName(pod: ApiObject, asked: string): string {
  const names = (list: string): string[] => objectsAt(pod, "spec", list).map((c) => stringAt(c, "name") ?? "");
  const [main, init, ephemeral] = [names("containers"), names("initContainers"), names("ephemeralContainers")];
  if (asked !== "") {
    if ([...main, ...init, ...ephemeral].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const only = main.length === 1 ? main[0] : undefined;
  if (only !== undefined) return only;
  const also = init.length > 0 ? ` or one of the init containers: [${init.join(" ")}]` : "";
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${main.join(" ")}]${also}`,
  );
}

/** Which run the kubelet would read, by the container's status. @throws 400 in its words when there is none */
function runOf(pod: ApiObject, container: string, previous: boolean): LogRun {
  const lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
  const status = lists.flatMap((list) => objectsAt(pod, "status", list)).find((s) => s["name"] === container);
  const who = `container "${container}" in pod "${pod.metadata.name}"`;
  if (status === undefined) throw badRequest(`${who} is not available`);
  const part = (state: string, name: string): JsonObject | undefined => {
    const found = isObject(status[state]) ? status[state][name] : undefined;
    return isObject(found) ? found : undefined;
  };
  const [running, waiting, ended, last] = [
    part("state", "running"),
    part("state", "waiting"),
    part("state", "terminated"),
    part("lastState", "terminated"),
  ];
  const run = (at: JsonObject, containerId = stringAt(at, "containerID")): LogRun => ({
    namespace: pod.metadata.namespace ?? "",
    pod: pod.metadata.name,
    podUid: pod.metadata.uid,
    container,
    containerId,
    startedAt: stringAt(at, "startedAt"),
    finishedAt: stringAt(at, "finishedAt"),
  });
  if (previous) {
    if (last === undefined) throw badRequest(`previous terminated ${who} not found`);
    return run(last);
  }
  if (running !== undefined) return run(running, stringAt(status, "containerID"));
  if (ended !== undefined) {
    if (stringAt(ended, "containerID") !== undefined) return run(ended);
    if (last !== undefined) return run(last);
    throw badRequest(`${who} is terminated`);
  }
  // In back-off the last run is shown, with and without `previous`.
  if (last !== undefined) return run(last);
  if (waiting === undefined) throw badRequest(`${who} is waiting to start - no logs yet`);
  const reason = stringAt(waiting, "reason") ?? "";
  const words: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: "trying and failing to pull image",
  };
  throw badRequest(`${who} is waiting to start: ${words[reason] ?? reason}`);
}
