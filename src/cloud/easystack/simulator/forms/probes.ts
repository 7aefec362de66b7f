// Health checks, hooks and commands of a container (1.21).
import type { Container, Probe } from "../kube/manifest.ts";
import * as z from "zod";
import { compact, withDefaults } from "../kube/manifest.ts";

const whole = z.coerce.number().int();

export const health = z.object({
  type: z.enum(["liveness", "readiness", "startup"]),
  protocol: z.enum(["http", "https", "tcp", "cmd"]),
  host: z.string().nullish(),
  path: z.string().nullish(),
  cmd: z.string().nullish(),
  port: whole.nullish(),
  initial_delay: whole.nullish(),
  period: whole.nullish(),
  timeout: whole.nullish(),
  success_threshold: whole.nullish(),
  failure_threshold: whole.nullish(),
});

export const hook = z.object({ type: z.enum(["PreStop", "PostStart"]), cmd: z.array(z.string()).default([]) });

export const command = z.object({ cmd: z.array(z.string()).nullish(), args: z.array(z.string()).nullish() });

type Health = z.output<typeof health>;
type Hook = z.output<typeof hook>;

const PROBES = { liveness: "livenessProbe", readiness: "readinessProbe", startup: "startupProbe" } as const;

const SHELL = ["/bin/sh", "-c"];

/** The last of each type. */
export function toProbes(checks: readonly Health[]): Partial<Container> {
  return Object.fromEntries(checks.map((check) => [PROBES[check.type], toProbe(check)]));
}

function toProbe(check: Health): Probe {
  return compact({
    ...ACTIONS[check.protocol](check),
    initialDelaySeconds: check.initial_delay,
    periodSeconds: check.period,
    timeoutSeconds: check.timeout,
    successThreshold: check.success_threshold,
    failureThreshold: check.failure_threshold,
  });
}

const toHttp = ({ protocol, host, path, port }: Health): Probe => ({
  httpGet: withDefaults({ path: "/", port: 80, scheme: protocol.toUpperCase() }, { host, path, port }),
});

const ACTIONS: Record<Health["protocol"], (check: Health) => Probe> = {
  http: toHttp,
  https: toHttp,
  tcp: ({ host, port }) => ({ tcpSocket: withDefaults({ port: 80 }, { host, port }) }),
  cmd: ({ cmd }) => ({ exec: { command: [...SHELL, cmd ?? ""] } }),
};

export function healthOf(container: Container): object[] {
  return Object.entries(PROBES).flatMap(([type, member]) => {
    const probe = container[member];
    return probe === undefined ? [] : [{ type, ...probeOnWire(probe) }];
  });
}

const TIMES = { initial_delay: 0, period: 10, timeout: 1, success_threshold: 1, failure_threshold: 3 };

function probeOnWire(probe: Probe): object {
  const times = withDefaults(TIMES, {
    initial_delay: probe.initialDelaySeconds,
    period: probe.periodSeconds,
    timeout: probe.timeoutSeconds,
    success_threshold: probe.successThreshold,
    failure_threshold: probe.failureThreshold,
  });
  return { ...actionOnWire(probe), ...times };
}

function actionOnWire({ httpGet, tcpSocket, exec }: Probe): object {
  if (httpGet !== undefined) {
    const { scheme, host, path, port } = withDefaults({ scheme: "HTTP", host: "", path: "/" }, httpGet);
    return { protocol: scheme.toLowerCase(), host, path, port };
  }
  if (tcpSocket !== undefined) return { protocol: "tcp", ...withDefaults({ host: "" }, tcpSocket) };
  return { protocol: "cmd", cmd: lineOf(exec?.command ?? []) };
}

function lineOf(words: readonly string[]): string {
  const isShell = words.length === 3 && words[0] === SHELL[0] && words[1] === SHELL[1];
  return isShell ? (words[2] ?? "") : words.join(" ");
}

export function toLifecycle(hooks: readonly Hook[]): Container["lifecycle"] {
  if (hooks.length === 0) return undefined;
  return Object.fromEntries(
    hooks.map(({ type, cmd }) => [type === "PreStop" ? "preStop" : "postStart", { exec: { command: cmd } }]),
  );
}

export function hooksOf({ lifecycle }: Container): object[] {
  const hooks = [
    { type: "PreStop", handler: lifecycle?.preStop },
    { type: "PostStart", handler: lifecycle?.postStart },
  ];
  return hooks.flatMap(({ type, handler }) => (handler ? [{ type, cmd: handler.exec?.command ?? [] }] : []));
}

/** "Joined with spaces into a whole command line": a word with a space in it becomes two. */
export function toWords(list: readonly string[] | null | undefined): string[] | undefined {
  const words = (list ?? []).join(" ").split(/\s+/).filter(Boolean);
  return words.length === 0 ? undefined : words;
}
