// Where nothing happens, nothing is written but the lease, and the cloud is asked no more than needed. The long form: 300 clusters
// with 600 pools for ten minutes.
import { expect, it } from "vitest";
import { ALIBABA_FLEET, HUAWEI_FLEET, steadyClusters } from "../support/chaos/clusters-steady.ts";

it.each([HUAWEI_FLEET, ALIBABA_FLEET])(
  "$cloud: lists the account's clusters, and each cluster's pools and nodes, once per drift interval, and writes nothing",
  async (fleet) => {
    const { measured, expected } = await steadyClusters(fleet, {
      clusters: 6,
      driftIntervalSeconds: 5,
      intervals: 3,
      convergesWithinMs: 120_000,
    });
    expect(measured).toEqual(expected);
  },
  300_000,
);
