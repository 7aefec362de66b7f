// Clusters and pools on ACK with specs that nobody would write.
import { managedClusterSchema } from "../../../src/crds/managedcluster/schema.ts";
import { nodePoolSchema } from "../../../src/crds/nodepool/schema.ts";
import { ackClusterManifest, BLOCKS, poolManifest, type Dialect } from "../clouds/alibaba/environment.ts";
import { createAckBed } from "./ack.ts";
import { BELONGING, type Based, fuzz, type Fuzz, type Fuzzed, HOME, STAYING } from "./fuzz.ts";

const FIXED = [...BELONGING, ...STAYING, "replicas", "autoscaling"];

const KINDS: readonly Fuzzed[] = [
  {
    kind: managedClusterSchema,
    base: (name) => ackClusterManifest(name, BLOCKS.managed(), { driftIntervalSeconds: 3_600 }) as Based,
    fixed: FIXED,
  },
  {
    kind: nodePoolSchema,
    base: (name) =>
      poolManifest(name, { clusterRef: { name: HOME }, replicas: 1, driftIntervalSeconds: 3_600 }) as Based,
    fixed: FIXED,
  },
];

const PLENTY = 100_000;

export async function fuzzAck(dialect: Dialect, options: Fuzz): Promise<void> {
  const quotas = { clusterQuota: PLENTY, nodepoolQuota: PLENTY };
  await using bed = await createAckBed(dialect, { ...quotas, duplicateNames: "Allow" });
  const version = dialect === "V2026" ? "1.33" : "1.12.6-aliyun.1";
  await bed.addCluster(HOME, { version, deletionProtection: false, pools: undefined });
  await bed.stand.reaches(`managedcluster/${HOME}`, "Available");
  await fuzz({ bed, cloud: "alibaba", kinds: KINDS, title: `clusters and pools on ACK, ${dialect}` }, options);
}
