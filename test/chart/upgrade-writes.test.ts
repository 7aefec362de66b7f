// What an upgrade from a packaged chart writes: into each of a hundred resources one status, which says where its thing is, and never
// again; of creates that were under way nothing is made twice.
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { createChartBed } from "../support/chart/chart-bed.ts";
import { PACKAGED } from "../support/chart/helm.ts";
import { clusterManifest, HUAWEI, huaweiAccountManifests } from "../support/clouds/huawei/environment.ts";
import { startSimulator, type LoggedRequest, type SimulatorControls } from "../support/clouds/simulator.ts";
import { startWire, type Wire } from "../support/clouds/wire.ts";
import { addonManifest, poolManifest } from "../support/environment/cluster-members.ts";
import { accountManifests, projectManifest } from "../support/environment/environment.ts";
import { yaml } from "../support/environment/manifests.ts";
import type { Operator } from "../support/operator/operator.ts";

const packages = (await readdir(PACKAGED)).filter((file) => file.endsWith(".tgz")).sort();

const OPERATOR = "system:serviceaccount:yunfan-system:yunfan";
/** No lease to wait for, and a log that tells of every visit. */
const VALUES = ["--set", "replicaCount=1,leaderElection.enabled=false,log.level=debug"];

const CLUSTERS = 10;
const PROJECTS = 70;
/** A hundred visits at a time, on a busy machine. */
const SLOWLY = { timeout: 120_000, interval: 500 };

/** Of each kind one, whose create is under way when the process dies. */
const UNDER_WAY = "under-way";

it.each(packages)("From %s", { timeout: 900_000 }, async (file) => {
  const auditLogPath = path.join(await mkdtemp(path.join(tmpdir(), "yunfan-upgrade-")), "audit.log");
  await using bed = await createChartBed({ auditLogPath });
  await using registry = await startSimulator();
  await using cce = await HUAWEI.start(undefined);
  await using toRegistry = await startWire(registry.url);
  await using toCce = await startWire(cce.url);
  const clouds = [registry, cce];

  await bed.deploy("install", path.join(PACKAGED, file), VALUES);
  const before = await bed.operator("before");
  await before.ready;
  await bed.kubectl(["apply", "-f", "-"], yaml(accounts(toRegistry, toCce)));
  await bed.kubectl(["apply", "-f", "-"], yaml(hundred()));
  await bed.allReady();
  expect(await bed.resources()).toHaveLength(100 + 2);
  const dead = killWhenAllAreMade(before, [toRegistry, toCce]);
  await bed.kubectl(["apply", "-f", "-"], yaml(oneOfEach(UNDER_WAY, "cluster-0")));
  await dead;
  const made = await effectsOf(clouds);

  await bed.deploy("upgrade", bed.chart, [...VALUES, "--reset-then-reuse-values"]);
  const since = new Date();
  const after = await bed.operator("after");
  await after.ready;
  await bed.allReady();
  expect(await effectsOf(clouds)).toEqual(made);
  const old = (await bed.resources()).map(nameIn).filter((name) => !name.startsWith(UNDER_WAY));
  await expect.poll(() => leastVisits(after, old), SLOWLY).toBeGreaterThan(2);
  const writes = await statusWrites(auditLogPath, since);
  expect(old.filter((name) => writes.get(name) !== 1).map((name) => `${name}: ${writes.get(name)}`)).toEqual([]);
});

function accounts(registry: Wire, cce: Wire): object[] {
  const requestBudget = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
  return [...accountManifests(registry, { spec: { requestBudget } }), ...huaweiAccountManifests(cce)];
}

/** Names are unique over all kinds. */
function hundred(): object[] {
  const clusters = Array.from({ length: CLUSTERS }, (_, index) => `cluster-${index}`);
  const projects = Array.from({ length: PROJECTS }, (_, index) => projectManifest(`project-${index}`));
  return [...projects, ...clusters.map((name) => clusterManifest(name)), ...clusters.flatMap(members)];
}

function members(cluster: string): object[] {
  const home = { name: cluster };
  return [poolManifest(home, {}, { name: `${cluster}-pool` }), addonManifest(home, {}, { name: `${cluster}-addon` })];
}

function oneOfEach(name: string, cluster: string): object[] {
  const home = { name: cluster };
  const addon = { template: "gpu-beta" };
  return [
    projectManifest(`${name}-project`),
    clusterManifest(`${name}-cluster`),
    poolManifest(home, {}, { name: `${name}-pool` }),
    addonManifest(home, addon, { name: `${name}-addon` }),
  ];
}

/** SIGKILL when the clouds have carried out a create of each kind, and before the operator learns of any. */
async function killWhenAllAreMade(operator: Operator, [registry, cce]: readonly [Wire, Wire]): Promise<void> {
  const gates = [
    gateAt(registry, "/projects"),
    gateAt(cce, "/clusters"),
    gateAt(cce, "/nodepools"),
    gateAt(cce, "/addons"),
  ];
  await Promise.all(gates.map(({ reached }) => reached));
  operator.kill("SIGKILL");
  await operator.ended;
  for (const { open } of gates) open();
}

/** Holds the answer to the next POST to a path of that end. */
function gateAt(wire: Wire, end: string): { reached: Promise<void>; open: () => void } {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  wire.beforeAnswer(
    ({ method, path: target }) => method === "POST" && target.endsWith(end),
    () => {
      reached.resolve();
      return opened.promise;
    },
  );
  return { reached: reached.promise, open: opened.resolve };
}

async function effectsOf(clouds: readonly SimulatorControls[]): Promise<readonly LoggedRequest[]> {
  return (await Promise.all(clouds.map((cloud) => cloud.effects()))).flat();
}

function nameIn(line: string): string {
  return line.split(" ")[1] ?? "";
}

/** How often the one was visited that was visited least. */
function leastVisits({ log }: Operator, names: readonly string[]): number {
  const visits = Map.groupBy(
    log.filter(({ msg }) => msg === "Reconciled"),
    ({ name }) => String(name),
  );
  return Math.min(...names.map((name) => visits.get(name)?.length ?? 0));
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: { readonly name?: string; readonly subresource?: string };
}

/** How many the operator has sent for each resource, by name, those without an effect included. */
async function statusWrites(auditLogPath: string, since: Date): Promise<Map<string, number>> {
  const lines = (await readFile(auditLogPath, "utf8")).split("\n").filter((line) => line.includes(OPERATOR));
  const writes = lines.map((line) => JSON.parse(line) as AuditEvent).filter((event) => isStatusWrite(event, since));
  const byName = Map.groupBy(writes, ({ objectRef }) => objectRef?.name ?? "");
  return new Map([...byName].map(([name, events]) => [name, events.length]));
}

function isStatusWrite({ verb, user, objectRef, requestReceivedTimestamp }: AuditEvent, since: Date): boolean {
  const isWrite = ["patch", "update"].includes(verb) && objectRef?.subresource === "status";
  return isWrite && user.username === OPERATOR && new Date(requestReceivedTimestamp) >= since;
}
