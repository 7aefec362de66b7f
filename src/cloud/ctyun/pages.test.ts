import { expect, test } from "vitest";
import { readPages } from "./pages.ts";

test("a list without an end is given up", async () => {
  let asked = 0;
  const read = (): Promise<string[]> => {
    asked += 1;
    return Promise.resolve(["same"]);
  };
  await expect(readPages("ListProjects", { read, keyOf: (entry) => entry })).rejects.toMatchObject({
    kind: "Unavailable",
    message: expect.stringContaining("without an end"),
  });
  expect(asked).toBe(2_000);
});
