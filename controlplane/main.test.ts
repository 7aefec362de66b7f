// The command as others use it: the ready line, respawn, and that nothing stays behind however it ends.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findKubectl } from "./binaries.ts";
import { createKubectl } from "./kubectl.ts";

interface Ready {
  event: string;
  server: string;
  kubeconfig: string;
  pids: { etcd: number; kubeApiserver: number };
}

interface Command {
  process: ChildProcess;
  ready: Ready;
  stdout: string[];
  stderr: string[];
  /** Its TMPDIR: empty when nothing stays behind. */
  temporary: string;
  exitCode: Promise<number | null>;
}

const MAIN = path.join(import.meta.dirname, "main.ts");
const GONE = { timeout: 5_000 };
/** Three starts one after the other on a busy machine. */
vi.setConfig({ testTimeout: 90_000 });
let directory: string;
let started: ChildProcess[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "yunfan-main-"));
  started = [];
});
afterEach(async () => {
  for (const child of started) child.kill("SIGKILL");
  await vi.waitFor(() => rm(directory, { recursive: true, force: true }), GONE);
});

/** `launcher` is a command line that ends in starting what follows it. */
async function start(flags: string[] = [], launcher: string[] = []): Promise<Command> {
  const kubeconfig = path.join(directory, "kubeconfig");
  const temporary = await mkdtemp(path.join(directory, "tmp-"));
  const [command = "", ...args] = [...launcher, process.execPath, MAIN, "--kubeconfig", kubeconfig, ...flags];
  const { npm_lifecycle_event: _ours, ...environment } = process.env;
  const env = {
    ...environment,
    TMPDIR: temporary,
    ...(launcher.length > 0 ? { npm_lifecycle_event: "controlplane" } : {}),
  };
  const child = spawn(command, args, { env });
  started.push(child);
  const stdout = linesOf(child.stdout);
  const stderr = linesOf(child.stderr);
  const exitCode = once(child, "exit").then(([code]) => code as number | null);
  await vi.waitFor(() => assert(stdout.length > 0, `not ready: ${stderr.join("\n")}`), { timeout: 60_000 });
  return { process: child, ready: JSON.parse(stdout[0]!) as Ready, stdout, stderr, temporary, exitCode };
}

function linesOf(stream: NodeJS.ReadableStream): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on("line", (line) => lines.push(line));
  return lines;
}

/** A zombie that nobody has collected yet is gone too. */
function isGone(pid: number): boolean {
  try {
    return execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return true;
  }
}

async function leftBehind({ ready, temporary }: Command): Promise<string[]> {
  const processes = Object.entries(ready.pids).filter(([, pid]) => !isGone(pid));
  return [...processes.map(([name]) => name), ...(await readdir(temporary))];
}

test("It says that it is ready in one line, starts a killed kube-apiserver again, and stops on SIGTERM", async () => {
  const command = await start(["--respawn", "0.2"]);
  const { ready } = command;
  expect(ready).toEqual({
    event: "ready",
    server: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    kubeconfig: path.join(directory, "kubeconfig"),
    pids: { etcd: expect.any(Number), kubeApiserver: expect.any(Number) },
  });
  expect((await stat(ready.kubeconfig)).mode & 0o777).toBe(0o600);

  const binary = await findKubectl();
  const kubectl = createKubectl({ binary, kubeconfigPath: ready.kubeconfig, cacheDirectory: directory });
  expect(await kubectl(["auth", "can-i", "*", "*"])).toMatchObject({ code: 0, stdout: "yes\n" });

  process.kill(ready.pids.kubeApiserver, "SIGKILL");
  await vi.waitFor(() => expect(command.stderr.join("\n")).toContain("ready again"), { timeout: 60_000 });
  expect(isGone(ready.pids.kubeApiserver)).toBe(true);
  expect(await kubectl(["auth", "can-i", "*", "*"])).toMatchObject({ code: 0, stdout: "yes\n" });

  command.process.kill("SIGTERM");
  command.process.kill("SIGINT");
  expect(await command.exitCode).toBe(0);
  expect(command.stdout).toHaveLength(1);
  await expect.poll(() => leftBehind(command), GONE).toEqual([]);
});

test("Killed with SIGKILL it leaves neither processes nor data", async () => {
  const command = await start();
  command.process.kill("SIGKILL");
  await expect.poll(() => leftBehind(command), GONE).toEqual([]);
});

test("It stops when npm is killed, and when a pipe on its standard input loses its other end", async () => {
  const [underNpm, behindPipe] = await Promise.all([start([], ["/bin/sh", "-c", '"$@" & wait', "npm"]), start()]);
  underNpm.process.kill("SIGKILL");
  behindPipe.process.stdin!.end();
  await expect.poll(() => leftBehind(underNpm), GONE).toEqual([]);
  expect(await behindPipe.exitCode).toBe(0);
  await expect.poll(() => leftBehind(behindPipe), GONE).toEqual([]);
});

test("An etcd that dies is reported and ends it with 1", async () => {
  const command = await start();
  process.kill(command.ready.pids.etcd, "SIGKILL");
  expect(await command.exitCode).toBe(1);
  expect(command.stderr.join("\n")).toContain("control plane: etcd ended with SIGKILL");
  await expect.poll(() => leftBehind(command), GONE).toEqual([]);
});

test("A --respawn that is no number is refused before anything starts", async () => {
  const child = spawn(process.execPath, [MAIN, "--kubeconfig", path.join(directory, "k"), "--respawn", "soon"]);
  const stderr = linesOf(child.stderr);
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(stderr.join("\n")).toContain("It must be a number of seconds");
});
