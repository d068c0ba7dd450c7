import { refOf } from "../../cluster/object-store.ts";
import { type HygieneCheck, isOurs } from "./finding.ts";

/** Ingresses that name their class by the annotation that Kubernetes has deprecated, or name none where none is the default. */
export const ingresses: HygieneCheck = function* (observation) {
  const classes = observation.objects.list("IngressClass");
  const hasDefault = classes.some(
    ({ metadata }) => metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
  );
  for (const ingress of observation.objects.list("Ingress").filter(isOurs)) {
    const { spec, metadata } = ingress;
    if (spec?.ingressClassName) continue;
    const annotated = metadata.annotations?.["kubernetes.io/ingress.class"];
    if (annotated !== undefined) {
      yield {
        code: "ingress-class-annotation",
        target: refOf(ingress),
        level: "untidy",
        text: `Ingress ${metadata.name} names its class by the deprecated annotation kubernetes.io/ingress.class`,
        advice: `Set spec.ingressClassName to ${annotated}.`,
      };
    } else if (classes.length > 0 && !hasDefault) {
      yield {
        code: "ingress-without-class",
        target: refOf(ingress),
        level: "risk",
        text: `Ingress ${metadata.name} names no class and there is no default one, so that perhaps no controller serves it`,
        advice: `Set spec.ingressClassName to one of ${classes.map((one) => one.metadata.name).join(", ")}.`,
      };
    }
  }
};
