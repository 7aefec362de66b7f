// The lock file: waiting for the living, taking over from the dead.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../src/lib/clock.ts";
import { takeLock } from "./lock.ts";

let file: string;

beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), "yunfan-lock-")), "lock");
});
afterEach(() => rm(path.dirname(file), { recursive: true, force: true }));

async function deadPid(): Promise<number> {
  const child = spawn("/bin/sh", ["-c", "exit 0"]);
  await once(child, "exit");
  return child.pid!;
}

test("The second waits until the first releases, and learns who holds it", async () => {
  const first = await takeLock(file, { clock: systemClock });
  const onWait = vi.fn<(holder: number) => void>();
  const second = takeLock(file, { clock: systemClock, onWait });
  await vi.waitFor(() => expect(onWait).toHaveBeenCalledWith(process.pid));
  await first.release();
  await (await second).release();
  await expect(access(file)).rejects.toThrow("ENOENT");
});

test("A lock of a dead process is taken over at once", async () => {
  await writeFile(file, String(await deadPid()));
  const onWait = vi.fn<(holder: number) => void>();
  const lock = await takeLock(file, { clock: systemClock, onWait });
  expect(onWait).not.toHaveBeenCalled();
  await lock.release();
});

test("A lock without a sign of life for a minute is taken over though its pid lives: it is another process by now", async () => {
  await writeFile(file, String(process.ppid));
  const longAgo = Date.now() / 1000 - 61;
  await utimes(file, longAgo, longAgo);
  const onWait = vi.fn<(holder: number) => void>();
  const lock = await takeLock(file, { clock: systemClock, onWait });
  expect(onWait).not.toHaveBeenCalled();
  await lock.release();
});

test("A lock whose holder has not written its pid yet is respected, and waiting for it can be aborted", async () => {
  await writeFile(file, "");
  const abort = new AbortController();
  const waiting = takeLock(file, {
    clock: systemClock,
    signal: abort.signal,
    onWait: () => abort.abort(new Error("stop")),
  });
  await expect(waiting).rejects.toThrow("stop");
  await access(file);
});

test("Releasing leaves a lock alone that somebody else has taken over", async () => {
  const lock = await takeLock(file, { clock: systemClock });
  await writeFile(file, String(process.ppid));
  await lock.release();
  expect(await readFile(file, "utf8")).toBe(String(process.ppid));
});
