import { expect, test } from "vitest";
import { isLastBy, readPages, type Page } from "./lists.ts";

const answer = { status: 200, headers: new Map(), body: "", arrivedAtMs: 0 };

/** Reads these pages, and empty ones after them; with how many were asked for. */
async function reading(...pages: readonly Omit<Page<string>, "answer">[]) {
  let asked = 0;
  const read = (page: number): Promise<Page<string>> => {
    asked += 1;
    return Promise.resolve({ value: [], ...pages[page - 1], answer });
  };
  const { entries } = await readPages("List", { read, keyOf: (entry) => entry });
  return { entries, asked };
}

test("a list without an end is given up", async () => {
  let asked = 0;
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

test("a list ends with an empty page, or with the page that the cloud calls the last", async () => {
  expect(await reading({ value: ["a", "b"] }, { value: ["c"] })).toEqual({ entries: ["a", "b", "c"], asked: 3 });
  expect(await reading({ value: ["a", "b"] }, { value: ["c"], isLast: true })).toEqual({
    entries: ["a", "b", "c"],
    asked: 2,
  });
});

test.each([
  ["short and at the end of the total", { number: 2, size: 10, total: 13 }, 3, true],
  ["the only one, and empty", { number: 1, size: 10, total: 0 }, 0, true],
  ["full", { number: 1, size: 10, total: 10 }, 10, false],
  ["short because sizes are clamped", { number: 1, size: 100, total: 80 }, 50, false],
  ["full with a total of its own entries", { number: 1, size: 50, total: 50 }, 50, false],
  ["one that does not say how long a page is", { number: 1, size: undefined, total: 3 }, 3, false],
  ["one that does not say the total", { number: 1, size: 10, total: undefined }, 3, false],
])("a page that is %s", (_what, info, count, isLast) => {
  expect(isLastBy(info, count)).toBe(isLast);
});
