// What a process used, read from /proc: CPU time, its resident memory and the peak of that.
import { readFile } from "node:fs/promises";

/** Linux reports CPU time in ticks of 10 ms on every platform that Node.js runs on. */
const MS_PER_TICK = 10;

export interface Usage {
  readonly cpuMs: number;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}

/** Of a process that lives. */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  // Fields are counted from behind the command's name, which may contain spaces: utime and stime are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  const mebibytes = (field: RegExp): number => Number(field.exec(status)?.[1]) / 1024;
  return { cpuMs, rssMiB: mebibytes(/^VmRSS:\s+(\d+)/m), peakRssMiB: mebibytes(/^VmHWM:\s+(\d+)/m) };
}
