// The security settings of a container (1.21, "security"). Two of them are the pod's in Kubernetes: every container says them.
import * as z from "zod";
import { compact, set, unlessEmpty, type Fields } from "./fields.ts";

const flag = z.boolean().nullish();
const id = z.coerce.number().nullish();

export const securityForm = z.object({
  run_as_nonroot: flag,
  rootfs_readonly: flag,
  host_pid: flag,
  host_ipc: flag,
  run_as_user: id,
  run_as_group: id,
  privileged: flag,
  capabilities: z.object({ action: z.enum(["add", "drop"]), caps: z.array(z.string()) }).nullish(),
});

export type SecurityForm = z.output<typeof securityForm>;

/** 1.13: what a container has, and what can be set. Without the kernel's prefix. */
export interface Capabilities {
  readonly initial: ReadonlySet<string>;
  readonly settable: ReadonlySet<string>;
}

export interface PodWide {
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
}

const ALL = "ALL";

/** Undefined where nothing is set. */
export function toSecurity(
  container: Fields,
  { hostPid, hostIpc }: PodWide,
  known: Capabilities | undefined,
): SecurityForm | undefined {
  const own = container.object("securityContext", (context) => ({
    run_as_nonroot: context.flag("runAsNonRoot"),
    rootfs_readonly: context.flag("readOnlyRootFilesystem"),
    run_as_user: context.whole("runAsUser"),
    run_as_group: context.whole("runAsGroup"),
    privileged: context.flag("privileged"),
    capabilities: context.object("capabilities", (some) => toCapabilities(some, known)),
  }));
  return unlessEmpty(compact({ ...own, host_pid: set(hostPid), host_ipc: set(hostIpc) }));
}

/**
 * The form adds or drops. Both at once go where one of them says nothing that is not so anyhow; `known` tells, and where nobody has asked yet it
 * is left for later.
 */
function toCapabilities(some: Fields, known: Capabilities | undefined): SecurityForm["capabilities"] | undefined {
  const add = named(some.words("add")).filter((each) => !known?.initial.has(each));
  const dropped = named(some.words("drop"));
  const drop = dropped.includes(ALL) && known !== undefined ? [...known.settable].toSorted() : dropped;
  if (known !== undefined) assertSettable(some, known, { add, drop: dropped.filter((each) => each !== ALL) });
  if (add.length > 0 && drop.length > 0 && known !== undefined) {
    some.refuse("drop", "the form adds capabilities or drops some, not both at once");
  }
  if (add.length > 0) return { action: "add", caps: add };
  return drop.length > 0 ? { action: "drop", caps: drop } : undefined;
}

function assertSettable(
  some: Fields,
  { initial, settable }: Capabilities,
  asked: Readonly<Record<"add" | "drop", readonly string[]>>,
): void {
  for (const action of ["add", "drop"] as const) {
    const unknown = asked[action].filter((each) => !settable.has(each) && !initial.has(each));
    if (unknown.length > 0) some.refuse(action, `this cloud lets nobody set ${unknown.join(", ")}`);
  }
}

/** Of one capability two names are in use. */
export function capabilityName(name: string): string {
  return name.replace(/^CAP_/, "");
}

function named(caps: readonly string[] = []): string[] {
  return caps.map(capabilityName);
}

export function securityContextOf(form: SecurityForm): object {
  const { action = "add", caps = [] } = form.capabilities ?? {};
  const context = compact({
    runAsNonRoot: set(form.run_as_nonroot),
    readOnlyRootFilesystem: set(form.rootfs_readonly),
    runAsUser: form.run_as_user,
    runAsGroup: form.run_as_group,
    privileged: set(form.privileged),
    capabilities: caps.length > 0 ? { [action]: caps.map(capabilityName) } : undefined,
  });
  return Object.keys(context).length === 0 ? {} : { securityContext: context };
}
