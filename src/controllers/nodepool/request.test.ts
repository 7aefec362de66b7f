// What a change of a pool carries beside what is to change.
import { expect, it } from "vitest";
import { activeNodes, cloudPool, storedNodePool } from "../../../test/support/environment/nodepools.ts";
import { requestOf } from "./request.ts";

it("taints that nobody knows are not sent, and so stay", () => {
  const item = cloudPool({ desired: 3 });
  const request = requestOf(storedNodePool({ spec: { replicas: 4 } }), { item, nodes: activeNodes(3) });
  expect(request).toMatchObject({ replicas: 4, taints: undefined });
});
