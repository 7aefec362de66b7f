// Lists of servers that know pages, know none, or cut off: the whole list or an error, never a part of it.
import { describe, expect, test } from "vitest";
import { readRows } from "./lists.ts";

interface Server {
  readonly rows: number;
  readonly ignores?: readonly ("offset" | "limit")[];
  /** Rows that it shows at most. */
  readonly cut?: number;
}

/** As a server of that sort answers. */
function list({ rows, ignores = [], cut = Number.POSITIVE_INFINITY }: Server, mostPages?: number) {
  const all = Array.from({ length: rows }, (_, at) => `r${at}`);
  let requests = 0;
  const read = readRows({
    operation: "ListRecords",
    limit: "limit",
    keyOf: (row: string) => row,
    read: (page) => {
      requests += 1;
      const asked = new Map(page);
      const offset = ignores.includes("offset") ? 0 : Number(asked.get("offset"));
      const limit = ignores.includes("limit") ? cut : Number(asked.get("limit"));
      return Promise.resolve({ data: all.slice(offset, offset + Math.min(limit, cut)), clockSkewMs: requests });
    },
    mostPages,
  });
  return { read, requests: () => requests };
}

describe("a list", () => {
  test.each([0, 1, 499, 500, 501, 1_203, 3_000])(
    "of %i rows is read whole from a server that knows pages",
    async (rows) => {
      const found = await list({ rows }).read;
      expect([found.rows.length, found.isWhole, found.isOneAnswer]).toEqual([rows, true, rows <= 500]);
    },
  );

  test.each([1, 499, 500, 501, 2_999, 4_000])("of %i rows is read whole from one that knows none", async (rows) => {
    const found = await list({ rows, ignores: ["offset", "limit"] }).read;
    expect([found.rows.length, found.isOneAnswer]).toEqual([rows, true]);
  });

  test("that ends at 3,000 without a limit may go on: it is not taken for the whole", async () => {
    await expect(list({ rows: 3_500, ignores: ["offset", "limit"], cut: 3_000 }).read).rejects.toMatchObject({
      kind: "Unavailable",
    });
  });

  test("of which the server shows only the first page can't be read", async () => {
    await expect(list({ rows: 501, ignores: ["offset"] }).read).rejects.toMatchObject({ kind: "Unavailable" });
    expect((await list({ rows: 499, ignores: ["offset"] }).read).rows).toHaveLength(499);
  });

  test("is read no further than was asked for, and says so", async () => {
    const { read, requests } = list({ rows: 10_000 }, 5);
    const found = await read;
    expect([found.rows.length, found.isWhole, requests(), found.clockSkewMs]).toEqual([2_500, false, 5, 5]);
  });
});
