// `npm run bench`: measures and prints tables for docs/benchmarks.md. Run it on an idle machine.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startControlPlane } from "../controlplane/control-plane.ts";
import { measureFleet, type FleetFigures } from "./fleet.ts";
import { measureTransports, type TransportFigures } from "./transport.ts";

const { values } = parseArgs({ options: { resources: { type: "string", default: "1000" } } });
const resources = Number(values.resources);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const [cpu] = cpus();
say(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpu?.model.trim()}, Node.js ${process.version}\n`);

say(renderTransports(await transportFigures()));

const fleets: FleetFigures[] = [];
for (const runtime of ["yunfan", "dot-i"] as const) fleets.push(await measureFleet(runtime, resources));
say(renderFleets(fleets));

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
