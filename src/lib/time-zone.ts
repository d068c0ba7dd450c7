/** Whether a name stands for a time zone, aliases such as `Etc/UTC` included. */
export function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    // It throws a RangeError for what it does not know.
    return false;
  }
}
