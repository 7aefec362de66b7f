// What the cloud warns of with objects of a set in EasyStack ECNS: it shows no list of events, and so each object's own details are read.
import { expect, it, vi } from "vitest";
import { clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { job } from "../support/clouds/easystack/form-manifests.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { targetShows, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

const theStand = useEasyStackSets("easystack-warnings");

function cronJob(): Json {
  const spec = { schedule: "*/5 * * * *", jobTemplate: { spec: job } };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "tick" }, spec };
}

/** As a status has times, so much later than now. */
function timeIn(ms: number): string {
  return new Date(Date.now() + ms).toISOString().replace(/\..*/, "Z");
}

it("shows what the cloud warns of, of a Job that is not done and of a CronJob whose last run has not succeeded (calls 61, 66)", async () => {
  const stand = theStand();
  const real = await stand.inCluster("warned");
  const once = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "once" }, spec: { suspend: true, ...job } };
  const set = (name: string, manifest: Json): Promise<void> =>
    stand.apply(clusterSetManifest(name, stand.cluster, { targetNamespace: "warned", manifests: [manifest] }));
  const warn = async (kind: string, name: string, reason: string): Promise<void> => {
    const { metadata, apiVersion } = (await stand.target.get(kind.toLowerCase(), name, real))!;
    const { uid } = metadata;
    await stand.target.apply({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.1`, namespace: real },
      involvedObject: { apiVersion, kind, namespace: real, name, uid },
      type: "Warning",
      reason,
      message: `of ${name}`,
      firstTimestamp: timeIn(0),
      lastTimestamp: timeIn(0),
      count: 1,
    });
  };
  const warnings = (name: string, object: string, reason: string): Promise<unknown> =>
    stand.until(`manifestset/${name}`, ({ status }) => {
      const shown = (status["warnings"] ?? []) as readonly { object: string; reason: string }[];
      return shown.some((each) => each.object === object && each.reason === reason);
    });
  await set("jobs", once);
  await set("cron", cronJob());
  await targetShows(stand, ["job", "once", real]);
  await targetShows(stand, ["cronjob", "tick", real]);
  await warn("Job", "once", "FailedCreate");
  await warnings("jobs", "Job warned/once", "FailedCreate");
  await stand.reaches("manifestset/cron", "Available");
  await warn("CronJob", "tick", "TooManyMissedTimes");
  const status = JSON.stringify({ status: { lastScheduleTime: timeIn(0) } });
  const patch = ["patch", "cronjob", "tick", "-n", real, "--subresource=status", "--type=merge", "-p"];
  expect(stand.seen("manifestset/cron")!.status["warnings"]).toBeUndefined();
  await stand.target.kubectl(...patch, status);
  await warnings("cron", "CronJob warned/tick", "TooManyMissedTimes");
  const after = JSON.stringify({
    status: { lastSuccessfulTime: timeIn(1_000) },
  });
  await stand.target.kubectl(...patch, after);
  await stand.until("manifestset/cron", (one) => one.status["warnings"] === undefined);
});

itStaysClean(theStand);
