// How a store fails: what the suite asks of the inventory facet then.
import { expect } from "vitest";
import { CLUSTER, permit, recordKey, type InventorySubject } from "./inventory-subject.ts";
import { never, WRITES } from "./stand.ts";
import { failureOf, needed, type Case } from "./suite.ts";

export const failureCases: readonly Case<InventorySubject>[] = [
  {
    title: "a failure under HTTP 200 is Unavailable, of a write too, and is counted by its own code",
    async run({ stand, facet: { records } }) {
      const counted: { code: number }[] = [];
      const { inventory } = stand.open({ deps: { onRequest: (request) => counted.push(request) } });
      await stand.faults({ method: WRITES, action: "Status", status: 200, times: 0 });
      const put = needed(inventory, "inventory").records.put(recordKey("a"), {}, permit);
      const error = await failureOf(put);
      expect(error).toMatchObject({ kind: "Unavailable", codes: [expect.stringMatching(/^(?:10003|1405082)$/)] });
      expect(counted.map(({ code }) => String(code))).toEqual(error.codes);
      await stand.faults();
      expect(await records.get(recordKey("a"), never)).toBe("Absent");
    },
  },
  {
    title: "a web page, and an answer without result, is Unavailable",
    async run({ stand, facet: { records } }) {
      await records.put(recordKey("a"), {}, permit);
      await stand.console("PATCH", "gateways/gateway", { state: "WebPage" });
      expect((await failureOf(records.put(recordKey("a"), {}, permit))).kind).toBe("Unavailable");
      expect((await failureOf(records.get(recordKey("a"), never))).kind).toBe("Unavailable");
      await stand.console("PATCH", "gateways/gateway", { state: "Up" });
      await stand.faults({ method: ".*", action: "MalformedJson", times: 0 });
      expect((await failureOf(records.get(recordKey("a"), never))).kind).toBe("Unavailable");
    },
  },
  {
    title: "a store that the gateway does not reach is Unavailable",
    async run({ stand, facet: { records } }) {
      for (const state of ["NoEndpoint", "Unreachable"]) {
        await stand.console("PATCH", "gateways/gateway", { state });
        expect((await failureOf(records.put(recordKey("a"), {}, permit))).kind).toBe("Unavailable");
        expect((await failureOf(records.get(recordKey("a"), never))).kind).toBe("Unavailable");
      }
    },
  },
  {
    title: "no right on one cluster is Forbidden there, and does not concern the account",
    async run({ stand }) {
      await stand.console("POST", "tokens", { token: "one-cluster", clusterIds: [CLUSTER] });
      const session = stand.open({ credentials: { token: "one-cluster" } });
      await session.verify(never);
      const { records } = needed(session.inventory, "inventory");
      expect(await records.get(recordKey("a"), never)).toBe("Absent");
      const elsewhere = { ...recordKey("a"), clusterId: "BCS-K8S-40002" };
      expect((await failureOf(records.get(elsewhere, never))).kind).toBe("Forbidden");
      expect((await failureOf(records.put(elsewhere, {}, permit))).kind).toBe("Forbidden");
    },
  },
  {
    title: "an id or a name that would lead elsewhere is Rejected, and nothing is sent",
    async run({ stand, facet: { records } }) {
      const requests = await stand.requestsOf(async () => {
        for (const name of ["a/b", "..", ""]) {
          expect((await failureOf(records.put(recordKey(name), {}, permit))).kind).toBe("Rejected");
        }
      });
      expect(requests).toEqual([]);
    },
  },
  {
    title: "a failed read of what is there is never taken for its absence",
    async run({ stand, facet: { records } }) {
      await records.put(recordKey("a"), {}, permit);
      await stand.faults({ method: "GET", path: "/a$", action: "Status", status: 200, times: 0 });
      expect((await failureOf(records.get(recordKey("a"), never))).kind).toBe("Unavailable");
      await stand.faults({ method: "DELETE", path: "/a$", action: "Status", status: 200, times: 0 });
      expect((await failureOf(records.remove(recordKey("a"), permit))).kind).toBe("Unavailable");
    },
  },
];
