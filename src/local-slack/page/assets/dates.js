const format = (options) => new Intl.DateTimeFormat("en-US", options);
const clock = format({ hour: "numeric", minute: "2-digit" });
const clockSeconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const dayYear = format({ month: "long", day: "numeric", year: "numeric" });
const day = format({ month: "long", day: "numeric" });
const dayShort = format({ month: "short", day: "numeric", year: "numeric" });
const dayLong = format({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const weekday = format({ weekday: "long", month: "long", day: "numeric" });

/** A message's ts as a Date. */
export function dateOf(ts) {
  return new Date(Number(ts) * 1000);
}

export function timeOf(ts) {
  return clock.format(dateOf(ts));
}

export function fullTimeOf(ts) {
  return `${dayLong.format(dateOf(ts))} at ${clockSeconds.format(dateOf(ts))}`;
}

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

function nearDay(date) {
  const days = Math.round((midnight(date) - midnight(new Date())) / 86_400_000);
  return { 0: "Today", [-1]: "Yesterday", 1: "Tomorrow" }[days];
}

export function dayName(date) {
  return nearDay(date) ?? (date.getFullYear() === new Date().getFullYear() ? weekday : dayLong).format(date);
}

/** "5 minutes ago" */
export function ago(date) {
  const seconds = Math.round((Date.now() - date.getTime()) / 1000);
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  for (const [unit, size] of units) {
    const count = Math.floor(Math.abs(seconds) / size);
    if (count > 0)
      return seconds >= 0
        ? `${count} ${unit}${count > 1 ? "s" : ""} ago`
        : `in ${count} ${unit}${count > 1 ? "s" : ""}`;
  }
  return "just now";
}

const pad = (number) => String(number).padStart(2, "0");

const tokens = {
  date_num: (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`,
  date_slash: (d) => `${pad(d.getMonth() + 1)}/${pad(d.getDate())}/${d.getFullYear()}`,
  date: (d) => day.format(d),
  date_short: (d) => dayShort.format(d),
  date_long: (d) => dayLong.format(d),
  date_long_full: (d) => dayYear.format(d),
  date_pretty: (d) => nearDay(d)?.toLowerCase() ?? dayYear.format(d),
  date_short_pretty: (d) => nearDay(d)?.toLowerCase() ?? dayShort.format(d),
  date_long_pretty: (d) => nearDay(d)?.toLowerCase() ?? dayLong.format(d),
  day_divider_pretty: (d) => nearDay(d)?.toLowerCase() ?? weekday.format(d),
  time: (d) => clock.format(d),
  time_secs: (d) => clockSeconds.format(d),
  ago: (d) => ago(d),
};

/** Fills Slack's date tokens, e.g. "{date_short} {time}"; undefined when the timestamp is none. */
export function fillDate(template, seconds) {
  const date = new Date(Number(seconds) * 1000);
  if (seconds === "" || Number.isNaN(date.getTime())) return undefined;
  return template.replaceAll(/\{(\w+)\}/g, (all, token) => (Object.hasOwn(tokens, token) ? tokens[token](date) : all));
}
