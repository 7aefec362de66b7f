// The real operator as a process of its own, as `npm run yunfan -- run` starts it.
import { spawnYunfan, type CommandOptions, type Ended } from "./command.ts";

export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ReadyLine {
  readonly event: string;
  readonly identity: string;
  readonly metricsPort?: number;
  readonly healthPort?: number;
}

export interface Operator extends AsyncDisposable {
  readonly pid: number;
  readonly identity: string;
  /** Resolves with the ready line; rejects when the process ends before. */
  readonly ready: Promise<ReadyLine>;
  /** Resolves with exit code or signal, once all that it logged is here. */
  readonly ended: Promise<Ended>;
  /** All lines of standard output so far. */
  readonly stdout: readonly string[];
  /** What it has logged so far. */
  readonly log: readonly LogLine[];
  /** Resolves with the first line that has this message, once it is there; rejects after 40 s, or when the process has ended. */
  said(msg: string): Promise<LogLine>;
  kill(signal: NodeJS.Signals): void;
}

export interface OperatorSettings {
  readonly kubeconfig: string;
  readonly identity?: string;
  /** More flags of `yunfan run`; they win over those that tests have by default. */
  readonly flags?: readonly string[];
  readonly through?: CommandOptions["through"];
  readonly env?: CommandOptions["env"];
}

/** Generous: both cores may be busy with other tests. */
const SAID_WITHIN_MS = 40_000;

/** Resolves at once; await `ready`. Disposing kills it. */
export function spawnOperator(settings: OperatorSettings): Operator {
  const { kubeconfig, identity = "test", flags = [], through, env } = settings;
  const log: LogLine[] = [];
  const listeners = new Set<() => void>();
  const onStderr = (line: string): void => {
    log.push(parseLine(line));
    for (const listener of listeners) listener();
  };
  const args = ["run", "--kubeconfig", kubeconfig, "--identity", identity, "--log-level", "debug", ...flags];
  const command = spawnYunfan(args, { onStderr, ...(through && { through }), ...(env && { env }) });
  return {
    pid: command.pid,
    identity,
    ready: command.ready as Promise<unknown> as Promise<ReadyLine>,
    ended: command.ended,
    stdout: command.stdout,
    log,
    said: (msg) => said(msg, { identity, log, listeners, ended: command.ended }),
    kill: (signal) => command.kill(signal),
    [Symbol.asyncDispose]: () => command[Symbol.asyncDispose](),
  };
}

interface Ear {
  readonly identity: string;
  readonly log: readonly LogLine[];
  readonly listeners: Set<() => void>;
  readonly ended: Promise<Ended>;
}

async function said(msg: string, { identity, log, listeners, ended }: Ear): Promise<LogLine> {
  const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
  const look = (): void => {
    const line = log.find((each) => each.msg === msg);
    if (line) resolve(line);
  };
  const giveUp = (): void => {
    reject(new Error(`${identity} never said "${msg}" but at last: ${JSON.stringify(log.slice(-5))}`));
  };
  const late = setTimeout(giveUp, SAID_WITHIN_MS);
  listeners.add(look);
  look();
  void ended.then(giveUp);
  try {
    return await promise;
  } finally {
    listeners.delete(look);
    clearTimeout(late);
  }
}

/** Whatever is not JSON is kept too: a crash writes plain text. */
function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: "unparsed", time: "", msg: line };
  }
}
