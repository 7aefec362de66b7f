// Every cloud, held to the same: its client against its simulator over real HTTP. A cloud joins with one file in clouds/.
import { describe, expect, test } from "vitest";
import { clouds } from "../../src/cli/clouds.ts";
import { accountCases } from "./account.ts";
import { addonsConform } from "./addons.ts";
import { ctyun } from "./clouds/ctyun.ts";
import { huawei, huaweiUser } from "./clouds/huawei.ts";
import { clustersConform } from "./clusters.ts";
import { nodePoolsConform } from "./nodepools.ts";
import { registryConforms } from "./registry.ts";
import { runCases, type ConformingCloud } from "./suite.ts";
import { startStand } from "./stand.ts";

const CLOUDS: readonly ConformingCloud[] = [ctyun, huawei, huaweiUser];

test("every cloud that the operator has is in the suite", () => {
  expect(new Set(CLOUDS.map(({ cloud }) => cloud.provider))).toEqual(new Set(Object.keys(clouds)));
});

describe.each(CLOUDS)("$name", (cloud) => {
  runCases("account", accountCases, { skips: cloud.skips, start: (rules) => startStand(cloud, rules) });
  clustersConform(cloud);
  nodePoolsConform(cloud);
  addonsConform(cloud);
  registryConforms(cloud);
});
