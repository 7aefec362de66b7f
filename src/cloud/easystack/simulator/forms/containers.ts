// Containers (1.21), from the form to the pod's template and back.
import * as z from "zod";
import type { Container, Meta, PodSpec, ResourceRequirements, Typed } from "../kube/manifest.ts";
import { compact } from "../kube/manifest.ts";
import { mebibytes, quantity } from "../kube/quantity.ts";
import { image, imageOnWire, referenceOf, sourceOf } from "./image.ts";
import { command, health, healthOf, hook, hooksOf, toLifecycle, toProbes, toWords } from "./probes.ts";
import { security, securityOf, toSecurityContext } from "./security.ts";
import { environment, envOnWire, toEnv, volumeMount } from "./volumes.ts";

/** cpu in cores, memory in MiB, by the reference's example. */
const resource = z.object({ cpu: z.coerce.number().nullish(), memory: z.coerce.number().nullish() });

export const container = z.object({
  name: z.string(),
  type: z.enum(["worker", "init"]).default("worker"),
  image,
  image_source: z.enum(["ecns", "third_party"]).nullish(),
  resources: z.object({ requests: resource.nullish(), limits: resource.nullish() }).nullish(),
  env: z.array(environment).nullish(),
  volume_mounts: z.array(volumeMount).nullish(),
  logsidecar_injector: z.array(z.string()).nullish(),
  health: z.array(health).nullish(),
  security: security.nullish(),
  commands: command.nullish(),
  hooks: z.array(hook).nullish(),
});

export type ContainerForm = z.output<typeof container>;

/** What a log sidecar collects, container by container: no field of a pod holds it. */
const LOGS = "ecns.easystack.cn/logsidecar-injector";

/** The part of a pod's spec that containers decide. */
export function toContainers(forms: readonly ContainerForm[]): Partial<PodSpec> & { containers: Container[] } {
  const init = forms.filter(({ type }) => type === "init").map(toContainer);
  const secrets = new Set(forms.flatMap(({ image: { image_secret: secret } }) => (secret ? [secret] : [])));
  return {
    containers: forms.filter(({ type }) => type === "worker").map(toContainer),
    ...(init.length > 0 && { initContainers: init }),
    ...(secrets.size > 0 && { imagePullSecrets: [...secrets].map((name) => ({ name })) }),
    ...(forms.some((form) => form.security?.host_pid) && { hostPID: true }),
    ...(forms.some((form) => form.security?.host_ipc) && { hostIPC: true }),
  };
}

/** Annotations of the template for what its spec has no room for. */
export function containerAnnotations(forms: readonly ContainerForm[]): Record<string, string> {
  const paths = forms.flatMap(({ name, logsidecar_injector: logs }) => (logs?.length ? [[name, logs] as const] : []));
  return paths.length === 0 ? {} : { [LOGS]: JSON.stringify(Object.fromEntries(paths)) };
}

/** The same without what {@link containerAnnotations} writes. */
export function otherAnnotations(annotations: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => key !== LOGS));
}

function toContainer(form: ContainerForm): Container {
  const { commands, volume_mounts: mounts, env } = form;
  return compact({
    name: form.name,
    image: referenceOf(form.image, form.image_source),
    imagePullPolicy: form.image.image_pull_policy,
    resources: form.resources && toResources(form.resources),
    env: env?.map(toEnv),
    volumeMounts: mounts?.map(toMount),
    ...toProbes(form.health ?? []),
    lifecycle: toLifecycle(form.hooks ?? []),
    securityContext: toSecurityContext(form.security),
    command: toWords(commands?.cmd),
    args: toWords(commands?.args),
  }) as Container;
}

type Mounts = NonNullable<ContainerForm["volume_mounts"]>;

function toMount({ volume_name: name, mount_path: mountPath, read_only: readOnly, sub_path: subPath }: Mounts[number]) {
  return compact({ name, mountPath, readOnly, subPath: subPath || undefined });
}

function toResources({ requests, limits }: NonNullable<ContainerForm["resources"]>): ResourceRequirements {
  return compact({ requests: requests && amountsOf(requests), limits: limits && amountsOf(limits) });
}

function amountsOf({ cpu, memory }: z.output<typeof resource>): Record<string, string> {
  return compact({ cpu: cpu?.toString(), memory: typeof memory === "number" ? `${memory}Mi` : undefined });
}

interface Template {
  readonly metadata?: Pick<Meta, "annotations"> | undefined;
}

/** Init containers first. `pod` is where their states come from; a workload's template has none. */
export function containersOf(spec: PodSpec | undefined, template: Template, pod?: Typed<"Pod">): object[] {
  const logs = JSON.parse(template.metadata?.annotations?.[LOGS] ?? "{}") as Record<string, string[]>;
  const shown = (type: "init" | "worker") => (one: Container) =>
    onWire(one, { type, spec: spec as PodSpec, logs, pod });
  return [...(spec?.initContainers ?? []).map(shown("init")), ...(spec?.containers ?? []).map(shown("worker"))];
}

interface Around {
  readonly type: "init" | "worker";
  readonly spec: PodSpec;
  readonly logs: Readonly<Record<string, string[]>>;
  readonly pod: Typed<"Pod"> | undefined;
}

function onWire(one: Container, { type, spec, logs, pod }: Around): object {
  return compact({
    name: one.name,
    type,
    image: imageOnWire(one, spec.imagePullSecrets?.[0]?.name),
    image_source: sourceOf(one.image),
    resources: {
      requests: resourceOnWire(one.resources?.requests),
      limits: resourceOnWire(one.resources?.limits),
    },
    ...listsOnWire(one),
    logsidecar_injector: logs[one.name] ?? [],
    health: healthOf(one),
    security: securityOf(one, spec),
    hooks: hooksOf(one),
    container_statuses: pod && stateOf(one.name, pod),
  });
}

function listsOnWire({ env = [], volumeMounts = [], command: cmd = [], args = [] }: Container): object {
  const mounts = volumeMounts.map(({ name, mountPath, readOnly = false, subPath = "" }) => ({
    volume_name: name,
    mount_path: mountPath,
    read_only: readOnly,
    sub_path: subPath,
  }));
  return { env: env.map(envOnWire), volume_mounts: mounts, commands: { cmd, args } };
}

function resourceOnWire(amounts: Record<string, string> | undefined): object {
  return compact({
    cpu: quantity(amounts?.["cpu"]),
    memory: amounts?.["memory"] === undefined ? undefined : mebibytes(amounts["memory"]),
  });
}

/** "Running, Waiting, Terminated, Error". */
function stateOf(name: string, { status }: Typed<"Pod">): string {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  const state = [...containerStatuses, ...initContainerStatuses].find((one) => one.name === name)?.state;
  if (state?.running) return "Running";
  if (!state?.terminated) return "Waiting";
  return state.terminated.exitCode === 0 ? "Terminated" : "Error";
}
