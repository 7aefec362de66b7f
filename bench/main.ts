// `npm run bench [-- transport|start|fleet|memory|steady|inventory|backlog|lanes|targets …]`: measures and prints tables for docs/benchmarks.md. Run it on an idle machine.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startControlPlane } from "../controlplane/control-plane.ts";
import { allowClosedPipes } from "../src/lib/closed-pipes.ts";
import { measureBacklogs, type BacklogFigures } from "./backlog.ts";
import { measureFleet, type FleetFigures } from "./fleet.ts";
import { measureInventories, type InventoryFigures } from "./inventory.ts";
import { measureLanes, type LaneFigures } from "./lanes.ts";
import { measureMemory, type MemoryFigures } from "./memory.ts";
import { measureStarts, type StartFigures } from "./start.ts";
import { measureSteady, type SteadyFigures } from "./steady.ts";
import { measureTargets, type TargetFigures } from "./targets.ts";
import { measureTransports, type TransportFigures } from "./transport.ts";

allowClosedPipes();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    resources: { type: "string", default: "1000" },
    clusters: { type: "string", default: "300" },
    /** Of 60 s. */
    intervals: { type: "string", default: "3" },
    /** Of resources, for memory. */
    counts: { type: "string", default: "0,1000,5000,10000" },
    /** Target clusters, and how many of them hang. */
    targets: { type: "string", default: "100:0,100:10,300:0" },
    /** In an inventory. */
    records: { type: "string", default: "10000" },
    /** That wait for an inventory. */
    keys: { type: "string", default: "1000,10000,100000" },
  },
});
const resources = Number(values.resources);
const isWanted = (benchmark: string): boolean => positionals.length === 0 || positionals.includes(benchmark);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const [cpu] = cpus();
say(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpu?.model.trim()}, Node.js ${process.version}\n`);

if (isWanted("transport")) say(renderTransports(await transportFigures()));
if (isWanted("start")) say(renderStarts(await measureStarts(5)));
if (isWanted("fleet")) say(renderFleets(await fleetFigures()));
if (isWanted("memory")) sayMemory(await measureMemory(values.counts.split(",").map(Number)));
if (isWanted("steady")) say(renderSteady(await measureSteady(Number(values.clusters), Number(values.intervals))));
if (isWanted("inventory")) {
  const sizes = { records: Number(values.records), clusters: Number(values.clusters) };
  say(renderInventories(await measureInventories(sizes)));
}

if (isWanted("backlog")) say(renderBacklogs(await measureBacklogs(values.keys.split(",").map(Number))));
if (isWanted("lanes")) say(renderLanes(await laneFigures()));
if (isWanted("targets")) say(renderTargets(await targetFigures()));

async function laneFigures(): Promise<LaneFigures[]> {
  const plane = await startControlPlane();
  try {
    const figures: LaneFigures[] = [];
    for (const latencyMs of [0, 50]) figures.push(...(await measureLanes(plane, { latencyMs, objectsPerPlace: 10 })));
    return figures;
  } finally {
    await plane.stop();
  }
}

async function targetFigures(): Promise<TargetFigures[]> {
  const fleets = values.targets.split(",").map((text) => text.split(":").map(Number));
  const figures: TargetFigures[] = [];
  for (const [targets = 0, hanging = 0] of fleets) figures.push(await measureTargets({ targets, hanging }));
  return figures;
}

async function fleetFigures(): Promise<FleetFigures[]> {
  const fleets: FleetFigures[] = [];
  for (const runtime of ["yunfan", "dot-i"] as const) fleets.push(await measureFleet(runtime, resources));
  return fleets;
}

async function transportFigures(): Promise<TransportFigures[]> {
  const plane = await startControlPlane();
  try {
    return await measureTransports(plane);
  } finally {
    await plane.stop();
  }
}

function renderTransports(figures: readonly TransportFigures[]): string {
  const rows = figures.map(
    ({ side, workers, requestsPerSecond, cpuMsPerRequest }) =>
      `| ${side} | ${workers} | ${requestsPerSecond.toFixed(0)} | ${cpuMsPerRequest.toFixed(2)} |`,
  );
  return ["| transport | in parallel | creates/s | CPU ms per create |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function renderFleets(figures: readonly FleetFigures[]): string {
  const rows = figures.map(
    ({ runtime, resources: count, elapsedMs, cpuMs, peakRssMiB }) =>
      `| ${runtime} | ${count} | ${(elapsedMs / 1000).toFixed(1)} | ${(cpuMs / 1000).toFixed(1)} | ${peakRssMiB.toFixed(0)} |`,
  );
  return ["| runtime | resources | s to all Ready | CPU s | peak MiB |", "|---|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

function renderLanes(figures: readonly LaneFigures[]): string {
  const rows = figures.map(
    ({ sessions, latencyMs, objects, requests, elapsedMs }) =>
      `| ${sessions} | ${latencyMs} | ${objects} | ${requests} | ${(elapsedMs / 1000).toFixed(1)} |`,
  );
  return ["| sessions | ms of each request | objects | requests | s |", "|---|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

function renderInventories(figures: readonly InventoryFigures[]): string {
  const rows = figures.map((one) => {
    const [fill, burst] = [one.fillMs, one.burstMs].map((ms) => (ms / 1000).toFixed(1));
    const rates = [one.cpuMsPerRecord.toFixed(2), burst, one.readsPerMinute.toFixed(0), one.peakRssMiB.toFixed(0)];
    return `| ${[one.records, one.clusters, one.latencyMs, fill, one.puts, one.reads, ...rates].join(" | ")} |`;
  });
  const head =
    "| records | clusters polled | ms of the store | s to fill | puts | reads | CPU ms per record | s for a burst | reads/min at rest | peak MiB |";
  return [head, "|---".repeat(10).concat("|"), ...rows, ""].join("\n");
}

function renderBacklogs(figures: readonly BacklogFigures[]): string {
  const rows = figures.map(({ keys, addCpuMs, againCpuMs, drainCpuMs }) => {
    return `| ${[keys, ...[addCpuMs, againCpuMs, drainCpuMs].map((ms) => ms.toFixed(0))].join(" | ")} |`;
  });
  const head = "| keys | CPU ms to add them | to add them again | to work them off |";
  return [head, "|---|---|---|---|", ...rows, ""].join("\n");
}

/** Throws where a limit was exceeded: in a cluster that operator would have been killed. */
function sayMemory(figures: readonly MemoryFigures[]): void {
  const rows = figures.map(
    ({ resources: count, elapsedMs, cpuMs, rssMiB, peakRssMiB, limitMiB }) =>
      `| ${count} | ${(elapsedMs / 1000).toFixed(1)} | ${(cpuMs / 1000).toFixed(1)} | ${rssMiB.toFixed(0)} | ${peakRssMiB.toFixed(0)} | ${limitMiB} |`,
  );
  const head = "| resources | s to all Ready | CPU s | MiB at rest | peak MiB | limit MiB |";
  say([head, "|---|---|---|---|---|---|", ...rows, ""].join("\n"));
  if (figures.some(({ peakRssMiB, limitMiB }) => peakRssMiB > limitMiB)) throw new Error("The limit was exceeded");
}

/** Per minute, but for the time until all were Ready, and memory. */
function renderSteady(figures: readonly SteadyFigures[]): string {
  const rows = figures.map(({ cloud, clusters, pools, minutes, rssMiB, peakRssMiB, ...measured }) => {
    const { convergedMs, convergedCpuMs, cpuMs } = measured;
    const { kubeReads, leaseWrites, kubeWrites, cloudReads, cloudWrites } = measured;
    const perMinute = (count: number): string => (count / minutes).toFixed(1);
    const cells = [
      cloud,
      clusters,
      pools,
      (convergedMs / 1000).toFixed(1),
      (convergedCpuMs / 1000).toFixed(1),
      minutes,
      perMinute(cpuMs / 1000),
      rssMiB.toFixed(0),
      peakRssMiB.toFixed(0),
      ...[kubeReads, leaseWrites, kubeWrites, cloudReads, cloudWrites].map(perMinute),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head =
    "| cloud | clusters | pools | s to all Ready | CPU s of that | minutes | CPU s/min | MiB | peak MiB | kube reads/min | lease writes/min | other kube writes/min | cloud reads/min | cloud writes/min |";
  return [head, "|---".repeat(14).concat("|"), ...rows, ""].join("\n");
}

function renderStarts(figures: readonly StartFigures[]): string {
  const rows = figures.map(({ what, seconds }) => {
    const sorted = seconds.toSorted((a, b) => a - b);
    const shown = [0, 0.5, 1].map((part) => sorted[Math.round((sorted.length - 1) * part)]?.toFixed(1));
    return `| ${what} | ${seconds.length} | ${shown.join(" | ")} |`;
  });
  return ["| what | runs | least s | median s | most s |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

function renderTargets(figures: readonly TargetFigures[]): string {
  const rows = figures.map((one) => {
    const seconds = [one.elapsedMs, one.cpuMs, one.kubectlMs].map((ms) => (ms / 1000).toFixed(1));
    const memory = [one.emptyMiB, one.restMiB, one.goneMiB, one.peakMiB].map((mebibytes) => mebibytes.toFixed(0));
    return `| ${[one.targets, one.hanging, one.objects, ...seconds, ...memory].join(" | ")} |`;
  });
  const head =
    "| targets | of them hang | objects | s until the others are Ready | CPU s | s of kubectl for 1,000 | MiB without sets | MiB at rest | MiB when the sets are gone | peak MiB |";
  return [head, "|---".repeat(10).concat("|"), ...rows, ""].join("\n");
}
