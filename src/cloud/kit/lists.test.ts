import { expect, test } from "vitest";
import { readPages } from "./lists.ts";

test("a list without an end is given up", async () => {
  let asked = 0;
  const answer = { status: 200, headers: new Map(), body: "", arrivedAtMs: 0 };
  const read = () => {
    asked += 1;
    return Promise.resolve({ value: ["same"], answer });
  };
  await expect(readPages("ListProjects", { read, keyOf: (entry) => entry })).rejects.toMatchObject({
    kind: "Unavailable",
    message: expect.stringContaining("without an end"),
  });
  expect(asked).toBe(2_000);
});
