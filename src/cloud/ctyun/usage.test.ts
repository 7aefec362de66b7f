// What pods use, where a gateway does not take every query.
import { expect, it } from "vitest";
import { CloudError } from "../errors.ts";
import { usageBy } from "./usage.ts";

const never = new AbortController().signal;
const all = (): boolean => true;

it("one namespace that is refused does not have the others read pod by pod", async () => {
  const queries: string[] = [];
  const queryRange = (query: string) => {
    queries.push(query);
    return query.includes('namespace="theirs"')
      ? Promise.reject(new CloudError("Forbidden", { message: "Not yours" }))
      : Promise.resolve([{ pod: "web-1", value: 1 }]);
  };
  const usage = usageBy({ queryRange, podsIn: () => Promise.resolve(["db-1"]) });
  await expect(usage("theirs", all, never)).rejects.toMatchObject({ kind: "Forbidden" });
  queries.length = 0;
  expect(await usage("ours", all, never)).toMatchObject([{ pod: "web-1", cpuCores: 1 }]);
  expect(queries.every((query) => query.startsWith("sum by (pod_name)"))).toBe(true);
});

it("where the printed form alone is taken, sums are not asked for again", async () => {
  const queries: string[] = [];
  const queryRange = (query: string) => {
    queries.push(query);
    return query.startsWith("sum by")
      ? Promise.reject(new CloudError("Rejected", { message: "No such query" }))
      : Promise.resolve([{ pod: "", value: 2 }]);
  };
  const usage = usageBy({ queryRange, podsIn: () => Promise.resolve(["web-1"]) });
  expect(await usage("ours", all, never)).toMatchObject([{ pod: "web-1", memoryBytes: 2 }]);
  queries.length = 0;
  await usage("ours", all, never);
  expect(queries).toHaveLength(4);
});
