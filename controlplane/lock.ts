// A lock file among processes. It saves double work only: what it guards must be right with two holders too.
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { type Clock, sleep, type Timer } from "../src/lib/clock.ts";

export interface LockOptions {
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Called at each look while another process holds it. */
  onWait?: ((holder: number) => void) | undefined;
}

export interface Lock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  modifiedMs: number;
}

const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;
/** A holder that lives touches the file; without that sign its pid has become another process's, after a reboot say. */
const STALE_MS = 60_000;

/** Waits until `file` could be made by us. Takes over from a holder that is dead. Rejects on abort. */
export async function takeLock(file: string, options: LockOptions): Promise<Lock> {
  const { clock, signal, onWait } = options;
  while (!(await create(file))) {
    const holder = await readHolder(file);
    if (holder !== undefined && isStale(holder, clock.now())) {
      await rm(file, { force: true });
    } else {
      if (holder !== undefined) onWait?.(holder.pid);
      await sleep(clock, POLL_MS, signal);
    }
  }
  return held(file, clock);
}

function held(file: string, clock: Clock): Lock {
  let timer: Timer;
  const beat = (): void => {
    // It fails only when somebody took the lock over, which is no harm (see the first line).
    utimes(file, clock.now() / 1000, clock.now() / 1000).catch(() => undefined);
    timer = clock.after(HEARTBEAT_MS, beat);
  };
  beat();
  return {
    async release() {
      timer.cancel();
      if ((await readHolder(file))?.pid === process.pid) await rm(file, { force: true });
    },
  };
}

async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** `undefined` when it was released meanwhile; pid 0 when its holder has not written it yet. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return { pid: Number(content), modifiedMs: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isStale({ pid, modifiedMs }: Holder, nowMs: number): boolean {
  return nowMs - modifiedMs > STALE_MS || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
