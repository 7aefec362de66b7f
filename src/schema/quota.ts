// What the quota of a namespace may bound.

/** What a quota bounds, in the words of our resources: whole cores and GiB, else how many. */
export const QUOTA_FIELDS = [
  "pods",
  "cpuCores",
  "memoryGiB",
  "storageGiB",
  "deployments",
  "statefulSets",
  "jobs",
  "cronJobs",
  "persistentVolumeClaims",
  "configMaps",
  "services",
  "loadBalancers",
  "secrets",
  "ingresses",
] as const;
