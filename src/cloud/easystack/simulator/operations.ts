// All chapters together: what answers each of the calls.
import { applicationOperations } from "./applications.ts";
import { claimOperations } from "./claims.ts";
import { configOperations } from "./configs.ts";
import { cronJobOperations } from "./cronjobs.ts";
import { existenceOperations } from "./existence.ts";
import { garbageOperations } from "./garbage.ts";
import { imageOperations } from "./images.ts";
import { ingressOperations } from "./ingresses.ts";
import { jobOperations } from "./jobs.ts";
import { loadBalancerOperations } from "./load-balancers.ts";
import { namespaceSettingOperations } from "./namespace-settings.ts";
import { namespaceOperations } from "./namespaces.ts";
import { nodeOperations } from "./nodes.ts";
import { organisationOperations } from "./organisation.ts";
import { overviewOperations } from "./overview.ts";
import { podOperations } from "./pods.ts";
import type { Operations } from "./request.ts";
import { revisionOperations } from "./revisions.ts";
import { secretOperations } from "./secrets.ts";
import { serverOperations } from "./servers.ts";
import { serviceOperations } from "./services.ts";
import type { Ecns } from "./state.ts";
import { storageOperations } from "./storage.ts";
import { uploadOperations } from "./upload.ts";
import { workloadPowerOperations } from "./workload-power.ts";
import { workloadSectionOperations } from "./workload-sections.ts";
import { workloadOperations } from "./workloads.ts";
import { workspaceOperations } from "./workspaces.ts";
import { yamlOperations } from "./yaml.ts";

const CHAPTERS: readonly ((ecns: Ecns) => Operations)[] = [
  applicationOperations,
  nodeOperations,
  configOperations,
  cronJobOperations,
  secretOperations,
  workspaceOperations,
  serverOperations,
  garbageOperations,
  imageOperations,
  uploadOperations,
  jobOperations,
  namespaceOperations,
  namespaceSettingOperations,
  existenceOperations,
  overviewOperations,
  claimOperations,
  podOperations,
  yamlOperations,
  organisationOperations,
  ingressOperations,
  serviceOperations,
  storageOperations,
  workloadOperations,
  workloadSectionOperations,
  workloadPowerOperations,
  revisionOperations,
  loadBalancerOperations,
];

export function operationsOf(ecns: Ecns): Operations {
  return Object.assign({}, ...CHAPTERS.map((chapter) => chapter(ecns))) as Operations;
}
