// The containers of a pod (1.21, "container"), init containers among them, with what is the pod's in a manifest and theirs in a form: the pull
// secret, and the namespaces of the host.
import * as z from "zod";
import { isSameQuantity, numberOfQuantity } from "../../../../lib/quantity.ts";
import { compact, set, unlessEmpty, type Fields } from "./fields.ts";
import { imageForm, imageOf, toImage } from "./image.ts";
import { healthForm, hookForm, lifecycleOf, probesOf, toHealth, toHooks } from "./probes.ts";
import { securityContextOf, securityForm, toSecurity, type Capabilities, type PodWide } from "./security.ts";
import { envForm, envOf, mountForm, mountsOf, toEnv, toMounts } from "./volumes.ts";

/** cpu in cores, memory in MiB, by the example. */
const amounts = z.object({ cpu: z.coerce.number().nullish(), memory: z.coerce.number().nullish() });

export const containerForm = z.object({
  name: z.string(),
  type: z.enum(["worker", "init"]),
  image: imageForm,
  image_source: z.enum(["ecns", "third_party"]).nullish(),
  resources: z.object({ requests: amounts.nullish(), limits: amounts.nullish() }).nullish(),
  env: z.array(envForm).nullish(),
  volume_mounts: z.array(mountForm).nullish(),
  logsidecar_injector: z.array(z.string()).nullish(),
  health: z.array(healthForm).nullish(),
  security: securityForm.nullish(),
  commands: z.object({ cmd: z.array(z.string()).nullish(), args: z.array(z.string()).nullish() }).nullish(),
  hooks: z.array(hookForm).nullish(),
});

export type ContainerForm = z.output<typeof containerForm>;
type Amounts = z.output<typeof amounts>;

/** Paths that a log sidecar reads, by container. */
export type Logs = Readonly<Record<string, readonly string[]>>;

/** What the cloud says, by which a manifest is translated; left out where nobody has asked yet. */
export interface Known {
  /** Address of the cloud's own registry. */
  readonly registry?: string;
  readonly capabilities?: Capabilities;
}

const MIB = 1024 ** 2;
const CORE = 1000;

export function toContainers(pod: Fields, logs: Logs, known: Known): ContainerForm[] {
  const [first, ...more] = pod.each("imagePullSecrets", (secret) => secret.text("name") ?? "");
  if (more.length > 0) pod.refuse("imagePullSecrets", "the form has one pull secret for an image. Keep one");
  const wide = { hostPid: pod.flag("hostPID") ?? false, hostIpc: pod.flag("hostIPC") ?? false };
  const read = (type: ContainerForm["type"]) => (container: Fields) =>
    toContainer(container, { type, secret: first, wide, logs, known });
  const made = [...pod.each("initContainers", read("init")), ...pod.each("containers", read("worker"))];
  if (!made.some(({ type }) => type === "worker")) pod.refuse("containers", "the form wants at least one");
  return made;
}

interface Around {
  readonly type: ContainerForm["type"];
  readonly secret: string | undefined;
  readonly wide: PodWide;
  readonly logs: Logs;
  readonly known: Known;
}

function toContainer(container: Fields, { type, secret, wide, logs, known }: Around): ContainerForm {
  container.usual({ terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" });
  const name = container.text("name") ?? container.refuse("name", "the form wants one") ?? "";
  return compact({
    name,
    type,
    ...toImage(container, { registry: known.registry, secret }),
    resources: container.object("resources", (resources) =>
      compact({ requests: resources.object("requests", toAmounts), limits: resources.object("limits", toAmounts) }),
    ),
    env: toEnv(container),
    volume_mounts: toMounts(container),
    logsidecar_injector: [...(logs[name] ?? [])],
    health: toHealth(container),
    security: toSecurity(container, wide, known.capabilities),
    commands: unlessEmpty(compact({ cmd: toWords(container, "command"), args: toWords(container, "args") })),
    hooks: toHooks(container),
  });
}

function toAmounts(some: Fields): Amounts {
  const units = (name: "cpu" | "memory", unit: "m" | "Mi", size: number, what: string): number | undefined => {
    const value = some.raw(name);
    if (value === undefined) return undefined;
    const whole = Math.round((numberOfQuantity(value) ?? 0) / size);
    return isSameQuantity(value, `${whole}${unit}`) ? whole : some.refuse(name, `the form wants ${what}`);
  };
  const cpu = units("cpu", "m", 1 / CORE, "whole millicores, such as 100m");
  const memory = units("memory", "Mi", MIB, "whole mebibytes, such as 64Mi");
  return compact({ cpu: cpu && cpu / CORE, memory });
}

/** The cloud joins them with spaces: a word with one in it would become two. */
function toWords(container: Fields, name: "command" | "args"): string[] | undefined {
  const words = container.words(name);
  if (words?.some((word) => word === "" || /\s/.test(word))) {
    container.refuse(
      name,
      "the form parts words at spaces: none can be empty or hold one. Put the command into a script",
    );
  }
  return words && [...words];
}

/** The part of a pod's spec that containers decide. */
export function containersOf(forms: readonly ContainerForm[], registry: string | undefined): object {
  const made = (type: ContainerForm["type"]): object[] =>
    forms.filter((form) => form.type === type).map((form) => containerOf(form, registry));
  const secret = forms.map(({ image }) => image.image_secret).find(Boolean);
  const init = made("init");
  return compact({
    containers: made("worker"),
    initContainers: init.length === 0 ? undefined : init,
    imagePullSecrets: secret ? [{ name: secret }] : undefined,
    hostPID: set(forms.some(({ security }) => security?.host_pid)),
    hostIPC: set(forms.some(({ security }) => security?.host_ipc)),
  });
}

function containerOf(form: ContainerForm, registry: string | undefined): object {
  const { name, image, resources, commands } = form;
  return compact({
    name,
    image: imageOf({ image, image_source: form.image_source ?? "third_party" }, registry),
    imagePullPolicy: set(image.image_pull_policy),
    resources: resources && resourcesOf(resources),
    ...envOf(form.env ?? []),
    ...mountsOf(form.volume_mounts ?? []),
    ...probesOf(form.health ?? []),
    ...(form.security && securityContextOf(form.security)),
    ...lifecycleOf(form.hooks ?? []),
    ...(commands && wordsOf(commands)),
  });
}

function wordsOf({ cmd, args }: NonNullable<ContainerForm["commands"]>): object {
  return compact({ command: cmd && unlessEmpty(cmd), args: args && unlessEmpty(args) });
}

function resourcesOf({ requests, limits }: NonNullable<ContainerForm["resources"]>): object | undefined {
  return unlessEmpty(compact({ requests: requests && amountsOf(requests), limits: limits && amountsOf(limits) }));
}

function amountsOf({ cpu, memory }: Amounts): object | undefined {
  const cores = typeof cpu === "number" ? `${Math.round(cpu * CORE)}m` : undefined;
  return unlessEmpty(compact({ cpu: cores, memory: typeof memory === "number" ? `${memory}Mi` : undefined }));
}

/** Container by container; those without any are left out. */
export function logsOf(forms: readonly ContainerForm[]): Logs {
  return Object.fromEntries(
    forms.flatMap(({ name, logsidecar_injector: paths }) => (paths?.length ? [[name, paths] as const] : [])),
  );
}
