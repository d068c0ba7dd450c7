import { z } from "zod";
import { causeCodes } from "../../incident/cause.ts";
import { severities } from "../../incident/severity.ts";
import type { IncidentStatus } from "../../incident/status.ts";
import type { IncidentQuery } from "./pages-port.ts";

const statuses: readonly IncidentStatus[] = ["open", "acknowledged", "mitigating", "resolved", "reopened"];
export const statusChoices = ["unresolved", ...statuses] as const;

// What makes no sense counts as not said: an address that was cut or typed wrongly still shows a list.
const word = z.string().trim().min(1).max(253).optional().catch(undefined);
const schema = z.object({
  status: z.enum(statusChoices).optional().catch(undefined),
  severity: z.enum(severities).optional().catch(undefined),
  namespace: word,
  cluster: word,
  cause: z.enum(causeCodes).optional().catch(undefined),
  q: word,
  after: z
    .string()
    .regex(/^\d{1,15}\.\d{1,18}$/)
    .optional()
    .catch(undefined),
});

/** What the filters of the list are set to; absent means any. */
export type IncidentForm = z.infer<typeof schema>;

/**
 * Never throws: a filter that makes no sense is left out. `form` is what the page shows, `query` what is asked of the
 * database.
 */
export function parseIncidentQuery(raw: unknown): { readonly form: IncidentForm; readonly query: IncidentQuery } {
  const form = schema.parse(typeof raw === "object" && raw !== null ? raw : {});
  const { status, severity, namespace, cluster, cause, q, after } = form;
  const [openedAt = "", id = ""] = after?.split(".") ?? [];
  return {
    form,
    query: {
      ...(status === "unresolved"
        ? { statuses: statuses.filter((one) => one !== "resolved") }
        : status
          ? { statuses: [status] }
          : {}),
      ...(severity && { severity }),
      ...(namespace && { namespace }),
      ...(cluster && { cluster }),
      ...(cause && { cause }),
      ...(q && { search: q }),
      ...(after && { after: { openedAt: Number(openedAt), id } }),
    },
  };
}

/** The list's address with some filters set otherwise. */
export function listHref(form: IncidentForm, changes: Partial<Record<keyof IncidentForm, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...form, after: undefined, ...changes }))
    if (value) query.set(name, value);
  const text = query.toString();
  return text ? `/incidents?${text}` : "/incidents";
}
