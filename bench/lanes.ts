// Objects of EasyStack in six places, made and changed by sixteen at once: turns that run beside each other against turns one after another.
import { randomBytes } from "node:crypto";
import type { ControlPlane } from "../controlplane/control-plane.ts";
import type { KindAbility, Manifest, ManifestChannel } from "../src/cloud/facets/manifests.ts";
import { easystack } from "../src/cloud/easystack/index.ts";
import { startEasyStackSimulator } from "../src/cloud/easystack/simulator/index.ts";
import { grantWrite } from "../src/cloud/permit.ts";
import { systemClock } from "../src/lib/clock.ts";
import { openFence } from "../src/lib/fence.ts";
import { createLogger } from "../src/lib/log.ts";
import { ownBudget } from "../test/support/clouds/budgets.ts";
import { controlsOf } from "../test/support/clouds/simulator.ts";

export interface LaneFigures {
  readonly sessions: "Auto" | "Exclusive";
  /** What each request takes beside the simulator's own time. */
  readonly latencyMs: number;
  readonly objects: number;
  readonly requests: number;
  readonly elapsedMs: number;
}

interface Sizes {
  readonly latencyMs: number;
  readonly objectsPerPlace: number;
}

interface Place {
  readonly channel: ManifestChannel;
  readonly kind: KindAbility;
  readonly namespace: string;
}

const USER = { username: "operator", password: "Right-password-1", domainName: "Default" };
const NAMESPACES = ["blue", "green", "red"];
const AT_ONCE = 16;
const never = new AbortController().signal;

export async function measureLanes(plane: ControlPlane, sizes: Sizes): Promise<LaneFigures[]> {
  const figures: LaneFigures[] = [];
  for (const sessions of ["Exclusive", "Auto"] as const) figures.push(await measure(plane, sessions, sizes));
  return figures;
}

async function measure(
  { kubeconfigPath: kubeconfig }: ControlPlane,
  sessions: LaneFigures["sessions"],
  { latencyMs, objectsPerPlace }: Sizes,
): Promise<LaneFigures> {
  const tag = randomBytes(3).toString("hex");
  const clusters = ["a", "b"].map((end) => ({ name: `l${tag}${end}`, type: "EKS" as const }));
  const cloud = controlsOf(await startEasyStackSimulator({ listen: "127.0.0.1:0", ...USER, kubeconfig, clusters }));
  const session = easystack.open(
    {
      account: "bench/lanes",
      endpoint: cloud.url,
      tls: { mode: "Plaintext" },
      requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
      providerOptions: { projectName: "admin", sessions },
    },
    USER,
    {
      clock: systemClock,
      log: createLogger({ level: "silent" }),
      fence: openFence,
      userAgent: "yunfan/bench",
      budget: ownBudget(systemClock),
    },
  );
  try {
    const places: Place[] = [];
    for (const { name: clusterId } of clusters) {
      const channel = session.manifests?.open({ clusterId, options: {} });
      const kind = await channel?.kindOf({ group: "", version: "v1", kind: "ConfigMap" }, never);
      if (channel === undefined || kind === undefined) throw new Error("No channel for ConfigMaps");
      for (const namespace of NAMESPACES) {
        await cloud.behindOurBack("POST", "namespaces", { cluster: clusterId, name: namespace });
        places.push({ channel, kind, namespace });
      }
    }
    // What they are known to be apart by.
    for (const place of places) await makeAndChange(place, "first");
    await cloud.setFaults([{ action: "Latency", ms: latencyMs, method: "[A-Z]+", path: "/api/", times: 1_000_000 }]);
    const before = (await cloud.requests()).length;
    const names = Array.from({ length: objectsPerPlace }, (_, index) => `object-${index}`);
    const work = names.flatMap((name) => places.map((place) => () => makeAndChange(place, name)));
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = work.pop(); next !== undefined; next = work.pop()) await next();
      }),
    );
    const elapsedMs = performance.now() - startedAt;
    const requests = (await cloud.requests()).length - before;
    return { sessions, latencyMs, objects: names.length * places.length, requests, elapsedMs };
  } finally {
    await session.close();
    await cloud[Symbol.asyncDispose]();
  }
}

async function makeAndChange({ channel, kind, namespace }: Place, name: string): Promise<void> {
  const manifest: Manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data: { level: "info" },
  };
  const live = await channel.create(kind, manifest, grantWrite(never));
  const merged = { ...live, data: { level: "warn" } };
  const change = { live, declared: manifest, merged, patch: { data: { level: "warn" } }, isForVersion: true };
  await channel.change(kind, change, grantWrite(never));
}
