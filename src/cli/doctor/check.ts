/** What one check found. `off`: not configured, which is a choice and no fault. */
export type CheckResult =
  | { readonly state: "ok"; readonly detail: string }
  | { readonly state: "off"; readonly detail: string; readonly remedy: string }
  | { readonly state: "failed"; readonly detail: string; readonly remedy: string };

export interface Check {
  readonly name: string;
  /** @param signal aborted when nobody waits for the result any more: what is asked of others then ends, and keeps no process */
  run(signal?: AbortSignal): Promise<CheckResult>;
}

/** It works; `detail` says with what: a version, an address without its password. */
export const ok = (detail: string): CheckResult => ({ state: "ok", detail });
/** Not configured; `remedy` says what to set for those who want it. */
export const off = (detail: string, remedy: string): CheckResult => ({ state: "off", detail, remedy });
/** It does not work; `detail` says what was seen, `remedy` what to do next. */
export const failed = (detail: string, remedy: string): CheckResult => ({ state: "failed", detail, remedy });

/** How long any one check may take, ms. */
export const checkDeadlineMs = 10_000;
