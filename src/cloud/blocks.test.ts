// What a spec names in a cloud's own block for its resource to be of, whichever cloud it is.
import { expect, test } from "vitest";
import { BLOCK_NAMES, namingBlocks, thingNamedIn } from "./blocks.ts";

test("a claim names its storage in the block of its cloud, with the field that has it", () => {
  const spec = { huawei: { volumeId: "disk-1", storageType: "bs" } };
  expect(thingNamedIn("CloudVolumeClaim", spec)).toEqual({ id: "disk-1", sort: "bs", field: "spec.huawei.volumeId" });
});

test("nothing is named where the block is missing, and by a kind whose blocks name nothing", () => {
  expect(thingNamedIn("CloudVolumeClaim", { sizeGiB: 10 })).toBeUndefined();
  expect(thingNamedIn("NodePool", { huawei: { maxPods: 40 } })).toBeUndefined();
  expect(namingBlocks("NodePool")).toEqual([]);
});

test("the blocks that name something are among those that there are", () => {
  expect(BLOCK_NAMES).toEqual(expect.arrayContaining([...namingBlocks("CloudVolumeClaim")]));
});
