// A steady fleet for ten minutes.
import { expect, it } from "vitest";
import { ALIBABA_FLEET, HUAWEI_FLEET, steadyClusters } from "../../support/chaos/clusters-steady.ts";

it.each([HUAWEI_FLEET, ALIBABA_FLEET])(
  "$cloud: writes nothing but the lease for ten minutes, and lists each place once per drift interval",
  async (fleet) => {
    const { measured, expected } = await steadyClusters(fleet, {
      clusters: 300,
      driftIntervalSeconds: 60,
      intervals: 10,
      convergesWithinMs: 1_200_000,
    });
    expect(measured).toEqual(expected);
  },
);
