// Departments and projects (1.17), and what a cluster can be or do in general (1.13).
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { ok } from "./wire.ts";

const DEFAULT_CAPABILITIES = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
];

const ALL_CAPABILITIES = [
  ...DEFAULT_CAPABILITIES,
  "CAP_AUDIT_CONTROL",
  "CAP_AUDIT_READ",
  "CAP_IPC_LOCK",
  "CAP_NET_ADMIN",
  "CAP_NET_BROADCAST",
  "CAP_SYS_ADMIN",
  "CAP_SYS_NICE",
  "CAP_SYS_PTRACE",
  "CAP_SYS_RESOURCE",
  "CAP_SYS_TIME",
];

const VERSIONS = [
  { k8s_version: "v1.16.6-es", runtime_version: [{ container_runtime: "docker", available: true }] },
  {
    k8s_version: "v1.22.9-es",
    runtime_version: [
      { container_runtime: "docker", available: false },
      { container_runtime: "containerd", available: true },
    ],
  },
  { k8s_version: "v1.24.1-es", runtime_version: [{ container_runtime: "containerd", available: false }] },
];

export function organisationOperations({ rules }: Ecns): Operations {
  const { domain, domainId, project, projectId } = rules.organisation;
  const ours = { project_name: project, project_id: projectId };
  return {
    3: {
      empty: { domains_selector: [] },
      handle: () =>
        ok({ domains_selector: [{ domain_name: domain, domain_id: domainId, projects: [{ ...ours, clusters: [] }] }] }),
    },
    4: { empty: { projects: [] }, handle: () => ok({ projects: rules.projectAdmin ? [ours] : [] }) },
    5: () => ok({ capabilities: DEFAULT_CAPABILITIES }),
    6: () => ok({ capabilities: ALL_CAPABILITIES }),
    8: () => ok({ versions: VERSIONS }),
  };
}
