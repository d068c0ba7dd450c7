/** The annotation of a Job that kubemend ran again: the name of the Job that it repeats. */
export const rerunOf = "kubemend.dev/rerun-of";
