// Health checks and how their results read, as in controller-runtime's pkg/healthz, but with the reason shown. Pure.
import type { ReflectorStatus } from "../cache/reflector-status.ts";

/** Undefined when all is well, else the reason. Called at each probe: must be quick and must not throw. */
export type Check = () => string | undefined;
export type Checks = Readonly<Record<string, Check>>;

export interface CheckReport {
  readonly status: 200 | 500;
  readonly body: string;
}

/** How long the first list of a cache may take before readiness says that it is late (R14). */
export const SYNC_LIMIT_MS = 120_000;
/** A reflector does something at least this often. */
const STUCK_LIMIT_MS = 120_000;

interface CheckResult {
  readonly name: string;
  readonly excluded: boolean;
  readonly reason: string | undefined;
}

/**
 * All checks at once: just "ok" unless `verbose`; a line for each when one fails. Excluded ones are not run. `notes`: what is worth
 * a word and no failure.
 */
export function reportChecks(
  endpoint: string,
  checks: Checks,
  options: { verbose: boolean; exclude: readonly string[]; notes?: Checks },
): CheckReport {
  const notes = Object.entries(options.notes ?? {}).flatMap(([name, note]) => noteLine(name, note()));
  const results = Object.entries(checks).map(([name, check]): CheckResult => {
    const excluded = options.exclude.includes(name);
    return { name, excluded, reason: excluded ? undefined : check() };
  });
  const failed = results.some(({ reason }) => reason !== undefined);
  if (!failed && !options.verbose) return { status: 200, body: ["ok", ...notes].join("\n") };
  const lines = [
    ...results.map(lineOf),
    ...notes,
    ...warningsOf(options.exclude.filter((name) => !Object.hasOwn(checks, name))),
    `${endpoint} check ${failed ? "failed" : "passed"}`,
  ];
  return { status: failed ? 500 : 200, body: `${lines.join("\n")}\n` };
}

function lineOf({ name, excluded, reason }: CheckResult): string {
  if (reason !== undefined) return `[-]${name} failed: ${reason}`;
  return excluded ? `[+]${name} excluded: ok` : `[+]${name} ok`;
}

function noteLine(name: string, note: string | undefined): string[] {
  return note === undefined ? [] : [`[!]${name}: ${note}`];
}

function warningsOf(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return [];
  const names = unknown.map((name) => JSON.stringify(name)).join(",");
  return [`warn: some health checks cannot be excluded: no matches for ${names}`];
}

/** One check, for the sub-paths. */
export function reportCheck(check: Check): CheckReport {
  const reason = check();
  return reason === undefined
    ? { status: 200, body: "ok" }
    : { status: 500, body: `internal server error: ${reason}\n` };
}

type Statuses = () => readonly ReflectorStatus[];

/** For readiness: fails until the first list of every kind is complete; says which are missing, and which are late (R14). */
export function cachesSynced(statuses: Statuses): Check {
  return () => {
    const waiting = statuses().filter((status) => !status.hasSynced);
    const late = waiting.filter((status) => status.unsyncedMs > SYNC_LIMIT_MS);
    if (late.length > 0) return `no complete list after 2 min: ${late.map(describe).join("; ")}`;
    return waiting.length > 0 ? `waiting for the first list: ${waiting.map(describe).join("; ")}` : undefined;
  };
}

/** For readiness, as a note: where the operator may not look. */
export function cachesRefused(statuses: Statuses): Check {
  return () => {
    const refused = statuses().filter((status) => status.refused);
    return refused.length > 0 ? `may not be read: ${refused.map(describe).join("; ")}` : undefined;
  };
}

/** For readiness, as a note: kinds that the API server does not serve. `advice`: how they come to be served. */
export function cachesAbsent(statuses: Statuses, advice: string): Check {
  return () => {
    const absent = new Set(statuses().flatMap((status) => (status.absent ? [status.kind] : [])));
    return absent.size > 0 ? `no CRD, and counted as empty: ${[...absent].join(", ")}. ${advice}` : undefined;
  };
}

/** For liveness: fails when a reflector hangs. One whose API server is away goes on trying, and is alive. */
export function cachesAlive(statuses: Statuses): Check {
  return () => {
    const stuck = statuses().filter((status) => status.idleMs > STUCK_LIMIT_MS);
    return stuck.length > 0 ? `no activity for 2 min: ${stuck.map(describe).join("; ")}` : undefined;
  };
}

function describe({ kind, namespace, failure }: ReflectorStatus): string {
  const where = namespace === undefined ? kind : `${kind} in ${namespace}`;
  return failure === undefined ? where : `${where} (${failure})`;
}
