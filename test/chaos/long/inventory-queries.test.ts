// Every kind of the inventory by every documented filter, asked by an InventoryQuery each, in every dialect.
import { expect, it } from "vitest";
import { DIALECT_NAMES } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { answersOf, CASES, plantSamples } from "../../support/clouds/bcs/query-cases.ts";
import { administrator, createWorkingStand } from "../../support/clouds/bcs/stands.ts";

const clusterId = "BCS-K8S-40001";

it.each(DIALECT_NAMES)(
  "finds each of the 21 kinds by each documented filter, and nothing else (%s)",
  async (dialect) => {
    await using admin = administrator();
    await using stand = await createWorkingStand(`queries-${dialect.toLowerCase()}`, { dialect });
    await plantSamples(stand.simulator, clusterId);
    const { found, expected } = await answersOf(stand, admin.kube, { cases: CASES, clusterId });
    expect(found).toEqual(expected);
  },
);
