// The watchdog that outlives us: when this process dies, however that happens, it kills our children and removes their data.
import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Guard {
  /** Resolves once the watchdog's pipe holds `pid`: from then on the process cannot outlive us. */
  add(pid: number): Promise<void>;
  /** To be called when the process has ended, before its pid can belong to somebody else. */
  remove(pid: number): void;
  /** Kills what is still watched, removes the directory and resolves when the watchdog is gone. Idempotent. */
  close(): Promise<void>;
}

/**
 * Each line on standard input is the full list of pids, the last one counts. The kernel closes the pipe when we die; that
 * end of input is the signal. The second rm is for a file that a dying process made while the first one ran.
 */
const SCRIPT = `
pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -9 $pids
rm -rf "$0" || { sleep 1; rm -rf "$0"; }
`;

/** Starts the watchdog in a session of its own, so that Ctrl-C in the terminal does not reach it. */
export function startGuard(directory: string, log: (message: string) => void): Guard {
  const watchdog = spawn("/bin/sh", ["-c", SCRIPT, directory], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  const exited = once(watchdog, "exit");
  const pids = new Set<number>();
  watchdog.stdin.on("error", (error) => log(`the watchdog of the control plane is gone: ${error.message}`));

  const list = (): string => `${[...pids].join(" ")}\n`;

  return {
    add(pid) {
      pids.add(pid);
      return new Promise((resolve, reject) => {
        watchdog.stdin.write(list(), (error) => (error ? reject(error) : resolve()));
      });
    },
    remove(pid) {
      pids.delete(pid);
      if (watchdog.stdin.writable) watchdog.stdin.write(list());
    },
    async close() {
      watchdog.stdin.end();
      await exited;
    },
  };
}
