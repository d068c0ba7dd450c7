import { readFile, writeFile } from "node:fs/promises";
import { admissionYaml } from "./admission.ts";
import { approverCheckYaml } from "./approver-check.ts";
import { cataloguePage } from "./catalogue-page.ts";
import { chaosRbacYaml } from "./chaos-rbac.ts";
import { chartAdmissionTemplate } from "./chart-admission.ts";
import { chartMonitoringTemplate } from "./chart-monitoring.ts";
import { chartRbacTemplate } from "./chart-rbac.ts";
import { rbacYaml, withRights } from "./rbac.ts";
import { valuesSchemaText } from "./values-schema.ts";

// `npm run manifests`: what is generated from code, written to where it is committed. A test compares the two.
const guide = new URL("../docs/install.md", import.meta.url);
await writeFile(new URL("rbac.yaml", import.meta.url), rbacYaml("kubemend"));
await writeFile(new URL("chart/templates/rbac.yaml", import.meta.url), chartRbacTemplate());
await writeFile(new URL("chart/templates/admission-policy.yaml", import.meta.url), chartAdmissionTemplate());
await writeFile(new URL("chart/templates/monitoring.yaml", import.meta.url), chartMonitoringTemplate());
await writeFile(new URL("chart/values.schema.json", import.meta.url), valuesSchemaText());
await writeFile(new URL("admission.yaml", import.meta.url), admissionYaml("kubemend"));
await writeFile(new URL("rbac-approver-check.yaml", import.meta.url), approverCheckYaml("kubemend"));
await writeFile(new URL("rbac-chaos.yaml", import.meta.url), chaosRbacYaml("kubemend"));
await writeFile(new URL("../docs/catalogue.md", import.meta.url), cataloguePage());
await writeFile(guide, withRights(await readFile(guide, "utf8")));
