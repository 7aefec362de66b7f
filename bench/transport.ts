// Requests per second and CPU per request: our pooled transport against client-node's own, in one run on one server.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { ControlPlane } from "../controlplane/control-plane.ts";

const WORKER = path.join(import.meta.dirname, "transport-worker.ts");
const REQUESTS = 2000;

export interface TransportFigures {
  readonly side: string;
  readonly workers: number;
  readonly requestsPerSecond: number;
  readonly cpuMsPerRequest: number;
}

export async function measureTransports(plane: ControlPlane): Promise<TransportFigures[]> {
  await plane.kubectl(["create", "namespace", "bench"]);
  const figures: TransportFigures[] = [];
  for (const workers of [1, 10]) {
    for (const side of ["pooled", "client-node"]) figures.push(await measure(plane, side, workers));
  }
  return figures;
}

async function measure(plane: ControlPlane, side: string, workers: number): Promise<TransportFigures> {
  const args = [WORKER, side, plane.kubeconfigPath, "bench", String(REQUESTS), String(workers)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { elapsedMs, cpuMs } = JSON.parse(stdout) as { elapsedMs: number; cpuMs: number };
  return { side, workers, requestsPerSecond: REQUESTS / (elapsedMs / 1000), cpuMsPerRequest: cpuMs / REQUESTS };
}
