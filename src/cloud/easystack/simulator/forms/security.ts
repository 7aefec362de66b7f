// The security settings of a container (1.21). Two of them are the pod's in Kubernetes: one container's word counts for all.
import type { Container, PodSpec, SecurityContext } from "../kube/manifest.ts";
import * as z from "zod";
import { compact, withDefaults } from "../kube/manifest.ts";

const flag = z.boolean().nullish();
const id = z.coerce.number().int().nullish();

export const security = z.object({
  run_as_nonroot: flag,
  rootfs_readonly: flag,
  host_pid: flag,
  host_ipc: flag,
  run_as_user: id,
  run_as_group: id,
  privileged: flag,
  capabilities: z.object({ action: z.enum(["add", "drop"]), caps: z.array(z.string()) }).nullish(),
});

type Security = z.output<typeof security>;

export function toSecurityContext(form: Security | null | undefined): SecurityContext | undefined {
  if (!form) return undefined;
  const { capabilities } = form;
  const context = compact({
    runAsNonRoot: form.run_as_nonroot,
    readOnlyRootFilesystem: form.rootfs_readonly,
    runAsUser: form.run_as_user,
    runAsGroup: form.run_as_group,
    privileged: form.privileged,
    capabilities: capabilities && { [capabilities.action]: capabilities.caps },
  });
  return Object.keys(context).length === 0 ? undefined : context;
}

const NOTHING = { run_as_nonroot: false, rootfs_readonly: false, host_pid: false, host_ipc: false, privileged: false };

/** Null where nothing is set. */
export function securityOf({ securityContext }: Container, { hostPID, hostIPC }: PodSpec): object | null {
  if (securityContext === undefined && !hostPID && !hostIPC) return null;
  const { capabilities, ...context } = securityContext ?? {};
  return withDefaults(NOTHING, {
    run_as_nonroot: context.runAsNonRoot,
    rootfs_readonly: context.readOnlyRootFilesystem,
    host_pid: hostPID,
    host_ipc: hostIPC,
    run_as_user: context.runAsUser,
    run_as_group: context.runAsGroup,
    privileged: context.privileged,
    capabilities: capabilities && capabilitiesOnWire(capabilities),
  });
}

/** One or the other: the form has no room for both. */
function capabilitiesOnWire({ add, drop }: { add?: string[]; drop?: string[] }): object | undefined {
  if (add !== undefined) return { action: "add", caps: add };
  return drop && { action: "drop", caps: drop };
}
