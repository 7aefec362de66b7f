// A sink that reports registry projects to a simulated store on an injected clock: operator, store and registry in this process.
import { expect } from "vitest";
import { startBcsSimulator, type BcsSimulatorOptions } from "../../../src/cloud/bcs/simulator/index.ts";
import { SECRETS } from "../../../src/controllers/cloudaccount/credentials.ts";
import { EVENTS, type KubeEvent } from "../../../src/controllers/inventory/kube-events.ts";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { kinds } from "../../../src/crds/kinds.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { ResourceType } from "../../../src/kube/types.ts";
import { findCondition } from "../../../src/runtime/conditions.ts";
import {
  AMPLE_BUDGET,
  bcsAccountManifests,
  sinkManifest,
  TOKEN,
  type SimulatedStore,
} from "../clouds/bcs/environment.ts";
import { sumOf } from "../operator/scrape.ts";
import { controlsOf, startSimulator, type Simulator, type SimulatorControls } from "../clouds/simulator.ts";
import { accountManifests, projectManifest } from "../environment/manifests.ts";
import { isReady } from "./fleet.ts";
import { flawsOfAlarms, flawsOfEvents, flawsOfRecords } from "./inventory-outcome.ts";
import { createTurned, type Turned } from "./turned.ts";

export interface TurnedInventoryOptions {
  readonly store?: Partial<BcsSimulatorOptions>;
  readonly projects: number;
  /** Of the sink; unset: there is none. */
  readonly sink?: object | undefined;
}

export interface TurnedInventory extends Turned {
  readonly store: SimulatorControls & { contents(): Promise<SimulatedStore> };
  readonly registry: Simulator;
  readonly projects: readonly string[];
  /** UIDs of all Events there ever were about reported resources. */
  readonly events: ReadonlySet<string>;
  create(...manifests: readonly object[]): Promise<void>;
  /** Merges it into the object. */
  patch(kind: string, name: string, patch: object): Promise<void>;
  one(kind: string, name: string): Managed | undefined;
  /** Lets time pass, a second after the other, until it finds nothing wrong any more. */
  until(flaws: () => Promise<readonly string[]> | readonly string[], withinMs: number): Promise<void>;
  /** What waits to be sent, by the operator's own word. */
  readonly waits: () => Promise<readonly string[]>;
  /** What the store must hold and does not, or the other way round. It is read whole, so only when nothing waits any more. */
  readonly flaws: () => Promise<readonly string[]>;
}

export const SINK = "fleet";
export const MINUTE_MS = 60_000;
const STEP_MS = 1_000;
const LOOKS_SELDOM = 86_400;
const REPORTED = ["CloudAccount", "RegistryProject", "ManagedCluster"];
const TYPES = new Map<string, ResourceType>(
  [...kinds.map(({ type }) => type), SECRETS, EVENTS].map((type) => [type.kind, type]),
);

/** Resolves when all projects are Ready, and the store has what there is to report. */
export async function startTurnedInventory(prefix: string, options: TurnedInventoryOptions): Promise<TurnedInventory> {
  const watched = [...REPORTED, "InventorySink", "AlarmSource", "Event"].map((kind) => TYPES.get(kind)!);
  const turned = await createTurned(prefix, { watched, platformNamespace: "Own" });
  const bed = bedOn(turned, {
    store: await startStore(turned, options.store),
    registry: turned.keep(await startSimulator({ clock: turned.cloudClock })),
    projects: namesOf("p", options.projects),
  });
  const { store, registry, projects } = bed;
  await bed.create(
    ...bcsAccountManifests(store, { spec: { requestBudget: AMPLE_BUDGET, driftIntervalSeconds: 300 } }),
    ...accountManifests(registry, { spec: { requestBudget: AMPLE_BUDGET, driftIntervalSeconds: LOOKS_SELDOM } }),
  );
  await turned.start();
  await bed.create(...projects.map((name) => projectManifest(name, { driftIntervalSeconds: LOOKS_SELDOM })));
  await bed.until(() => unready(bed), 30 * MINUTE_MS);
  if (!options.sink) return bed;
  await bed.create(sinkManifest(SINK, options.sink));
  await bed.until(bed.flaws, 30 * MINUTE_MS);
  return bed;
}

function unready(bed: TurnedInventory): readonly string[] {
  const ready = [...bed.all("CloudAccount"), ...bed.all("RegistryProject")].filter(isReady);
  const expected = bed.projects.length + 2;
  return ready.length === expected ? [] : [`${ready.length} of ${expected} are Ready`];
}

async function startStore(
  turned: Turned,
  options: Partial<BcsSimulatorOptions> = {},
): Promise<TurnedInventory["store"]> {
  const running = await startBcsSimulator({
    listen: "127.0.0.1:0",
    token: TOKEN,
    ...options,
    clock: turned.cloudClock,
  });
  const controls = turned.keep(controlsOf(running));
  return { ...controls, contents: async () => (await controls.state()) as SimulatedStore };
}

function bedOn(turned: Turned, parts: Pick<TurnedInventory, "store" | "registry" | "projects">): TurnedInventory {
  const { kube, namespace, driver, clock } = turned;
  const events = new Set<string>();
  turned.onVersion("Event", (version) => {
    const { metadata, involvedObject, reportingComponent } = version as unknown as OurEvent;
    const isReported = REPORTED.includes(involvedObject?.kind ?? "");
    if (isReported && reportingComponent === "yunfan.dev/operator") events.add(metadata.uid);
  });
  const waits: TurnedInventory["waits"] = async () => {
    const count = sumOf(await turned.metrics(), "yunfan_inventory_backlog") ?? 0;
    return count === 0 ? [] : [`${count} keys wait in the sink's backlog`];
  };
  const one: TurnedInventory["one"] = (kind, name) => turned.all(kind).find(({ metadata }) => metadata.name === name);
  return {
    ...turned,
    ...parts,
    events,
    one,
    create: (...manifests) => inLanes(manifests, (manifest) => create(kube, namespace, manifest as Draft)),
    patch: async (kind, name, patch) => void (await kube.mergePatch(TYPES.get(kind)!, { namespace, name }, patch)),
    async until(flaws, withinMs) {
      const beganMs = clock.monotonic();
      for (;;) {
        const found = await flaws();
        if (found.length === 0) return;
        const tookMs = clock.monotonic() - beganMs;
        const said = `After ${tookMs} ms of the injected clock: ${found.slice(0, 10).join("; ")}`;
        if (tookMs > withinMs) expect.fail(said);
        await driver.pass(STEP_MS);
      }
    },
    waits,
    async flaws() {
      const waiting = await waits();
      if (waiting.length > 0) return waiting;
      const contents = await parts.store.contents();
      const resources = REPORTED.flatMap((kind) => turned.all(kind));
      return [
        ...flawsOfRecords(resources, contents),
        ...flawsOfEvents([...events], contents),
        ...flawsOfAlarms(contents),
        ...(isDelivered(one("InventorySink", SINK)) ? [] : ["the sink does not say that all is delivered"]),
      ];
    },
  };
}

type OurEvent = KubeEvent & { readonly reportingComponent?: string };

/** Whatever it says of Events that were lost. */
function isDelivered(sink: Managed | undefined): boolean {
  return (
    sink !== undefined && isReady(sink) && findCondition(sink.status.conditions, "RecordsDelivered")?.status === "True"
  );
}

interface Draft {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

async function create(kube: KubeClient, namespace: string, { kind, metadata, ...rest }: Draft): Promise<void> {
  const { apiVersion: _, ...fields } = rest as { readonly apiVersion?: string };
  const object = { ...fields, metadata: { ...metadata, namespace } } as Parameters<KubeClient["create"]>[1];
  await kube.create(TYPES.get(kind)!, object);
}

export function namesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
}

/** As the operator writes them, about projects; every second one is of the half that is forgotten. */
export async function makeEvents(bed: TurnedInventory, names: readonly string[]): Promise<void> {
  const { namespace, projects } = bed;
  const atMs = new Date().toISOString();
  const manifests = names.map((name, at) => ({
    kind: "Event",
    metadata: { name, labels: { half: at % 2 === 0 ? "first" : "second" } },
    involvedObject: {
      apiVersion: "yunfan.dev/v1alpha1",
      kind: "RegistryProject",
      namespace,
      name: projects[at % projects.length],
    },
    reason: "Updated",
    message: `It is the event ${name}`,
    type: "Normal",
    reportingComponent: "yunfan.dev/operator",
    reportingInstance: "test",
    firstTimestamp: atMs,
    lastTimestamp: atMs,
    count: 1,
  }));
  await bed.create(...manifests);
}

const LANES = 16;

/** Many at a time. */
export async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
