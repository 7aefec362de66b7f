// Health checks and hooks of a container (1.21, "health" and "hook").
import * as z from "zod";
import { compact, type Fields } from "./fields.ts";

const optional = z.string().nullish();
const number = z.coerce.number().nullish();

export const healthForm = z.object({
  type: z.enum(["liveness", "readiness", "startup"]),
  protocol: z.enum(["http", "https", "tcp", "cmd"]),
  host: optional,
  path: optional,
  cmd: optional,
  port: number,
  initial_delay: number,
  period: number,
  timeout: number,
  success_threshold: number,
  failure_threshold: number,
});

export const hookForm = z.object({ type: z.enum(["PreStop", "PostStart"]), cmd: z.array(z.string()).nullish() });

export type HealthForm = z.output<typeof healthForm>;
export type HookForm = z.output<typeof hookForm>;

type Action = Pick<HealthForm, "protocol" | "host" | "path" | "cmd" | "port">;

const PROBES = { liveness: "livenessProbe", readiness: "readinessProbe", startup: "startupProbe" } as const;
const HOOKS = { PreStop: "preStop", PostStart: "postStart" } as const;
/** The form's command is one line, which a shell reads. */
const SHELL = ["/bin/sh", "-c"] as const;

export function toHealth(container: Fields): HealthForm[] {
  return (["liveness", "readiness", "startup"] as const).flatMap((type) => {
    const check = container.object(PROBES[type], (probe) => ({ type, ...toAction(probe), ...toTimes(type, probe) }));
    return check === undefined ? [] : [check];
  });
}

function toTimes(type: HealthForm["type"], probe: Fields): Partial<HealthForm> {
  const times = compact({
    initial_delay: probe.whole("initialDelaySeconds"),
    period: probe.whole("periodSeconds"),
    timeout: probe.whole("timeoutSeconds"),
    success_threshold: probe.whole("successThreshold"),
    failure_threshold: probe.whole("failureThreshold"),
  });
  if (type === "liveness" && (times.success_threshold ?? 1) !== 1) {
    probe.refuse("successThreshold", "of a liveness check it can only be 1");
  }
  return times;
}

function toAction(probe: Fields): Action {
  const actions = [
    probe.object("httpGet", (get): Action => {
      const protocol = get.word("scheme", ["HTTP", "HTTPS"]) === "HTTPS" ? "https" : "http";
      return compact({ protocol, host: get.text("host"), path: get.text("path") ?? "/", port: portOf(get) });
    }),
    probe.object("tcpSocket", (socket): Action => {
      return compact({ protocol: "tcp", host: socket.text("host"), port: portOf(socket) });
    }),
    probe.object("exec", (exec): Action => ({ protocol: "cmd", cmd: lineOf(exec) })),
  ].flatMap((action) => action ?? []);
  const [first] = actions;
  if (first === undefined) probe.refuse("httpGet", "the form wants one of httpGet, tcpSocket, exec");
  return first ?? { protocol: "http" };
}

function portOf(action: Fields): number | undefined {
  const port = action.raw("port");
  if (typeof port === "number") return action.whole("port");
  return action.refuse("port", "the form wants the number of a port");
}

function lineOf(exec: Fields): string {
  const [shell, flag, line, ...more] = exec.words("command") ?? [];
  if (shell === SHELL[0] && flag === SHELL[1] && line !== undefined && more.length === 0) return line;
  exec.refuse("command", 'the form has one line for a shell alone: write ["/bin/sh", "-c", "…"]');
  return "";
}

type Probe = Readonly<Record<string, unknown>>;

export function probesOf(checks: readonly HealthForm[]): Probe {
  return Object.fromEntries(checks.map((check) => [PROBES[check.type], { ...actionOf(check), ...timesOf(check) }]));
}

function timesOf(check: HealthForm): Probe {
  return compact({
    initialDelaySeconds: check.initial_delay || undefined,
    periodSeconds: check.period ?? undefined,
    timeoutSeconds: check.timeout ?? undefined,
    successThreshold: check.success_threshold ?? undefined,
    failureThreshold: check.failure_threshold ?? undefined,
  });
}

function actionOf({ protocol, host, path, cmd, port }: HealthForm): Probe {
  const at = compact({ host: host || undefined, port: port ?? undefined });
  if (protocol === "cmd") return { exec: { command: [...SHELL, cmd ?? ""] } };
  if (protocol === "tcp") return { tcpSocket: at };
  return { httpGet: { ...at, path: path || "/", scheme: protocol.toUpperCase() } };
}

/** Commands alone. */
export function toHooks(container: Fields): HookForm[] {
  const hooks = container.object("lifecycle", (lifecycle) =>
    (["PreStop", "PostStart"] as const).flatMap((type) => {
      const cmd = lifecycle.object(HOOKS[type], (hook) => hook.object("exec", (exec) => exec.words("command")));
      return cmd === undefined ? [] : [{ type, cmd: [...cmd] }];
    }),
  );
  return hooks ?? [];
}

export function lifecycleOf(hooks: readonly HookForm[]): Probe {
  const made = hooks.map(({ type, cmd }) => [HOOKS[type], { exec: { command: cmd ?? [] } }] as const);
  return made.length === 0 ? {} : { lifecycle: Object.fromEntries(made) };
}
