// Launches etcd and kube-apiserver side by side on free ports and waits until they are ready.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Clock } from "../src/lib/clock.ts";
import { ApiServer } from "./api-server.ts";
import type { Certificates } from "./certificates.ts";
import { type Component, ComponentExitError, exitError, startComponent } from "./component.ts";
import { apiServerFlags, etcdFlags, fileContents } from "./flags.ts";
import { type Guard, startGuard } from "./guard.ts";
import { freePort } from "./ports.ts";

export interface LaunchOptions {
  binaries: Readonly<Record<"etcd" | "kube-apiserver", string>>;
  certificates: Certificates;
  respawnMs: number | undefined;
  auditLogPath: string | undefined;
  extraFlags: readonly string[] | undefined;
  signal: AbortSignal | undefined;
  log: (message: string) => void;
  clock: Clock;
}

export interface Launched {
  directory: string;
  guard: Guard;
  etcd: Component;
  apiServer: ApiServer;
  server: string;
}

/** Another process may take a free port before we do. */
const ATTEMPTS = 3;

/** Resolves when both are ready. On rejection, which names the program and ends with its log, nothing is left behind. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  for (let attempt = 1; ; attempt++) {
    const directory = await mkdtemp(path.join(tmpdir(), "yunfan-controlplane-"));
    const guard = startGuard(directory, options.log);
    try {
      return await launchIn(directory, guard, options);
    } catch (error) {
      await guard.close();
      const tryAgain = error instanceof ComponentExitError && error.portTaken && attempt < ATTEMPTS;
      if (!tryAgain) throw error;
      options.log("a free port was taken by somebody else in the meantime; trying others");
    }
  }
}

async function launchIn(directory: string, guard: Guard, options: LaunchOptions): Promise<Launched> {
  const { binaries, certificates, signal } = options;
  const [etcdPort, securePort] = await Promise.all([freePort(), freePort()]);
  const files = [...fileContents(directory, certificates)];
  await Promise.all(files.map(([file, content]) => writeFile(file, content, { mode: 0o600 })));
  const apiServer = new ApiServer({
    ...options,
    binary: binaries["kube-apiserver"],
    flags: apiServerFlags({ directory, etcdPort, securePort, ...options }),
    directory,
    guard,
    securePort,
  });
  // kube-apiserver is patient enough for an etcd that answers some moments later.
  const [etcd] = await Promise.all([
    startComponent({ name: "etcd", binary: binaries.etcd, flags: etcdFlags(directory, etcdPort), directory, guard }),
    apiServer.start(),
  ]);
  const etcdEnded = etcd.exited.then(async () => {
    throw await exitError(etcd);
  });
  await Promise.race([apiServer.ready(signal), etcdEnded]);
  return { directory, guard, etcd, apiServer, server: `https://127.0.0.1:${securePort}` };
}
