// What opens a cluster on Alibaba Cloud ACK and ends: kubeconfigs and certificates that soon, or already, let nobody in, and short ones.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import type { ServedKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { selfSigned } from "../../src/cloud/simulation/x509.ts";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  createAlibabaStand,
  type AlibabaStand,
  type Dialect,
} from "../support/clouds/alibaba/environment.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000, maxConcurrency: 20 });

const DAY_MS = 86_400_000;
const DIALECTS = ["V2026", "Reference"] as const;

let stand: AlibabaStand;

beforeAll(async () => {
  stand = await createAlibabaStand("ack-expiry");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const nowMs = Math.floor(Date.now() / 1000) * 1000;

function inDays(days: number): Date {
  return new Date(nowMs + days * DAY_MS);
}

/** Made two years ago, with so many days left. */
function served(days: number): ServedKubeconfig {
  const { certificatePem, keyPem } = selfSigned("admin", inDays(-730), inDays(days));
  const certificate = Buffer.from(certificatePem).toString("base64");
  return {
    server: "https://127.0.0.1:1",
    certificateAuthorityData: certificate,
    clientCertificateData: certificate,
    clientKeyData: Buffer.from(keyPem).toString("base64"),
  };
}

/** A simulator of that dialect, an account and a cluster, all of that name. */
async function standOn(name: string, dialect: Dialect, { options = {}, block = {} } = {}) {
  const cloud = await stand.anotherSimulator({ dialect, ...options });
  const cluster = ackClusterManifest(
    name,
    { ...BLOCKS.managed(), ...block },
    { accountRef: { name }, kubeconfig: { certificates: true } },
  );
  await stand.apply(...alibabaAccountManifests(cloud, { name, spec: { alibaba: { dialect } } }), cluster);
  return { cloud, resource: `managedcluster/${name}` };
}

describe.concurrent.each(DIALECTS)("in dialect %s", (dialect) => {
  const called = (name: string): string => `${name}-${dialect.toLowerCase()}`;

  it.for([
    { name: "far-off", days: 20, ready: "Available", says: "KubeconfigExpiring", status: "True" },
    { name: "near", days: 3, ready: "KubeconfigExpiring", says: "KubeconfigExpiring", status: "False" },
    { name: "over", days: -1, ready: "KubeconfigExpired", says: "KubeconfigExpired", status: "False" },
  ])(
    "A7: a certificate that has $days days left in the cloud too says $says and what to do, until the cloud gives another",
    async ({ name, days, ready, says, status }, { expect }) => {
      const { cloud, resource } = await standOn(called(name), dialect, { options: { kubeconfig: served(days) } });
      await stand.reaches(resource, ready);
      const shown = await stand.until(resource, (one) => conditionOf(one, "KubeconfigReady")?.reason === says);
      const message = expect.stringContaining("Have the cloud issue another one");
      expect(conditionOf(shown, "KubeconfigReady")).toMatchObject({ status, message });
      expect(shown.status["kubeconfigExpiresAt"]).toBe(inDays(days).toISOString().replace(".000Z", "Z"));
      // What hangs in the cluster goes on by the account's keys.
      expect(conditionOf(shown, "ClusterAvailable")).toMatchObject({ status: "True" });
      const certificates = days < 0 ? "KubeconfigExpired" : "Published";
      await stand.until(resource, (one) => conditionOf(one, "CertificatesReady")?.reason === certificates);

      const record = `clusters/${shown.status.externalId}`;
      await cloud.behindOurBack("PATCH", record, { certificateNotAfter: inDays(365).toISOString() });
      for (const type of ["KubeconfigReady", "CertificatesReady"]) {
        await stand.until(resource, (one) => conditionOf(one, type)?.reason === "Published");
      }
      await stand.reaches(resource, "Available");
    },
  );

  it.for([
    { name: "temporary", options: {}, block: { temporaryDurationMinutes: 60 }, minutes: 60 },
    { name: "short", options: { certificateDays: 1 }, block: {}, minutes: 1_440 },
  ])(
    "A7: one that the cloud gives for $minutes minutes is no alarm, and is not asked for at each look",
    async ({ name, options, block, minutes }, { expect }) => {
      const { cloud, resource } = await standOn(called(name), dialect, { options, block });
      const beganMs = Date.now();
      await stand.reaches(resource, "Available");
      const { status } = stand.seen(resource)!;
      expect(conditionOf(stand.seen(resource)!, "KubeconfigReady")).toMatchObject({ reason: "Published" });
      const livesMs = Date.parse(String(status["kubeconfigExpiresAt"])) - beganMs;
      expect(Math.abs(livesMs - minutes * 60_000)).toBeLessThan(120_000);
      const asked = async (): Promise<number> =>
        (await cloud.requests()).filter(({ path }) => /user_config|certs/.test(path)).length;
      const before = await asked();
      await stand.visited(resource, 2);
      expect(await asked()).toBe(before);
    },
  );
});

itStaysClean(() => stand);
