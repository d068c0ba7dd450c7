import { isDefaultClass } from "../../cluster/kinds/storage.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { HygieneCheck } from "./finding.ts";

/** Volume plug-ins that were part of Kubernetes and have been removed or handed to CSI drivers. */
const inTree =
  /^kubernetes\.io\/(aws-ebs|azure-disk|azure-file|cinder|gce-pd|glusterfs|portworx-volume|quobyte|rbd|scaleio|storageos|vsphere-volume)$/;

/** Storage classes of plug-ins that are gone, and more than one default. */
export const storageClasses: HygieneCheck = function* (observation) {
  const classes = observation.objects.list("StorageClass");
  for (const one of classes) {
    const { provisioner = "" } = one;
    if (!inTree.test(provisioner)) continue;
    yield {
      code: "storage-class-deprecated",
      target: refOf(one),
      level: "risk",
      text: `StorageClass ${one.metadata.name} uses ${provisioner}, which Kubernetes no longer contains`,
      advice: "Move to the CSI driver that replaces it.",
    };
  }
  const defaults = classes.filter(isDefaultClass);
  const [, ...further] = defaults;
  for (const one of further) {
    yield {
      code: "storage-class-two-defaults",
      target: refOf(one),
      level: "untidy",
      text: `${defaults.map(({ metadata }) => metadata.name).join(" and ")} are all default storage classes`,
      advice: "Leave the annotation on one of them.",
    };
  }
};
