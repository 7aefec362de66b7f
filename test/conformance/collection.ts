// Cases of every collection: an item's life, and what lists may be believed.
import { grantWrite } from "../../src/cloud/permit.ts";
import { expect } from "vitest";
import { withRequester } from "../../src/cloud/budget/budget.ts";
import { STRANGERS } from "../support/clouds/strangers.ts";
import { startWire } from "../support/clouds/wire.ts";
import { eventually, failureOf } from "./suite.ts";
import { never } from "./stand.ts";
import {
  access,
  attempts,
  firstName,
  make,
  makeSettled,
  namesakes,
  NONCE,
  plant,
  readAgain,
  shown,
  type CollectionCase,
} from "./subject.ts";

const MINUTE_MS = 60_000;
const LISTS = { method: "GET", times: 0 } as const;

const life: readonly CollectionCase[] = [
  {
    title: "what was created is in the list, and by its id",
    async run(subject) {
      const { items } = access(subject);
      const { id, name } = await make(subject);
      expect(await items.look(id, never)).toBe("There");
      if (items.get) expect(await items.get(id, never)).toMatchObject({ id, name });
    },
  },
  {
    title: "a create within a reserved turn goes out at once and alone",
    async run(subject) {
      const session = subject.stand.open();
      await withRequester({ key: "conformance" }, async () => {
        using _turn = await session.reserveWrite(never);
        const { create } = subject.via(session);
        const requests = await subject.stand.requestsOf(() => create(firstName(subject), NONCE, never));
        expect(requests).toHaveLength(1);
      });
    },
  },
  {
    title: "a second create of a name in use is refused where names are unique",
    async run(subject) {
      const { id, name } = await make(subject);
      expect((await failureOf(access(subject).create(name, "another-1", never))).kind).toBe("AlreadyExists");
      expect(await namesakes(subject, name)).toMatchObject([{ id }]);
    },
  },
  {
    title: "what is removed is leaving until it is absent by its id, and then a second removal is NotFound",
    async run(subject) {
      const { items } = access(subject);
      const { id, name } = await makeSettled(subject);
      await items.remove(id, grantWrite(never));
      const after = await shown(subject, id);
      const isGoing = after === "Absent" || items.isLeaving(after);
      expect(isGoing, `${name} is neither gone nor leaving: ${JSON.stringify(after)}`).toBe(true);
      await eventually(() => items.look(id, never)).toBe("Absent");
      if (items.get) expect(await items.get(id, never)).toBe("Absent");
      expect(await namesakes(subject, name)).toEqual([]);
      expect((await failureOf(items.remove(id, grantWrite(never)))).kind).toBe("NotFound");
    },
  },
  {
    title: "what is there and in use is not leaving",
    async run(subject) {
      const item = await makeSettled(subject);
      expect(access(subject).items.isLeaving(item)).toBe(false);
    },
  },
  {
    title: "an id that never was is absent, and its removal NotFound",
    async run(subject) {
      const { items } = access(subject);
      const { unknownId } = subject.stand.cloud;
      expect(await items.look(unknownId, never)).toBe("Absent");
      if (items.get) expect(await items.get(unknownId, never)).toBe("Absent");
      expect((await failureOf(items.remove(unknownId, grantWrite(never)))).kind).toBe("NotFound");
    },
  },
  {
    title: "at an endpoint without such an API nothing is absent",
    async run({ stand, via }) {
      const session = stand.open({ settings: { endpoint: `${stand.simulator.url}/somewhere/else` } });
      const error = await failureOf(via(session).items.look(stand.cloud.unknownId, never));
      expect(["Rejected", "Unauthenticated", "Unavailable"]).toContain(error.kind);
    },
  },
  {
    title: "what is between says that it is not there: that proves nothing, to a read and to a removal",
    async run(subject) {
      const { stand } = subject;
      const { id } = await makeSettled(subject);
      await using gateway = await startWire(stand.simulator.url);
      const session = stand.open({ settings: { endpoint: gateway.url } });
      await session.verify(never);
      const { items } = subject.via(session);
      const asked = { look: items.look, get: items.get, remove: () => items.remove(id, grantWrite(never)) };
      for (const [whose, answer] of Object.entries(STRANGERS)) {
        gateway.standIn = answer;
        for (const [what, ask] of Object.entries(asked)) {
          if (ask === undefined) continue;
          const { kind } = await failureOf(ask(id, never));
          expect(["Unavailable", "Rejected"], `${what}, answered ${whose} 404 or 410`).toContain(kind);
        }
      }
      expect(await access(subject).items.look(id, never)).toBe("There");
    },
  },
  {
    title: "an id that would lead elsewhere is refused before it is sent",
    async run(subject) {
      const { items } = access(subject);
      const requests = await subject.stand.requestsOf(async () => {
        for (const id of ["", "..", "a/b"]) {
          expect((await failureOf(items.remove(id, grantWrite(never)))).kind).toBe("Rejected");
        }
      });
      expect(requests).toEqual([]);
    },
  },
  {
    title: "what the cloud refuses to show is Forbidden, not absent",
    async run(subject) {
      const { items } = access(subject);
      const { id } = await make(subject);
      await subject.stand.faults({ ...LISTS, action: "Status", status: 403 });
      expect(await items.look(id, never)).toBe("Forbidden");
    },
  },
];

const lists: readonly CollectionCase[] = [
  {
    title: "a list of nothing is empty",
    async run(subject) {
      expect((await access(subject).items.list(never)).items).toEqual([]);
    },
  },
  {
    title: "a list is complete over the borders of its pages, each item once",
    rules: { pageSize: 2 },
    async run(subject) {
      const planted: string[] = [];
      for (const name of subject.sample.names.slice(0, 5)) {
        planted.push(await plant(subject, name));
        const { items } = await access(subject).items.list(never);
        expect(items.map(({ id }) => id)).toEqual([...new Set(items.map(({ id }) => id))]);
        expect(items.filter(({ id }) => planted.includes(id))).toHaveLength(planted.length);
      }
      expect(planted.length, "names in the sample").toBeGreaterThanOrEqual(4);
    },
  },
  {
    title: "a list of which a part fails is none",
    rules: { pageSize: 2 },
    async run(subject) {
      for (const name of subject.sample.names.slice(0, 5)) await plant(subject, name);
      const whole = (await access(subject).items.list(never)).items.length;
      const { length: reads } = await subject.stand.requestsOf(() => access(subject).items.list(never));
      for (let skip = 0; skip < reads; skip += 1) {
        await subject.stand.faults({ method: "GET", action: "Status", status: 500, skip });
        expect((await failureOf(access(subject).items.list(never))).kind, `request ${skip + 1} fails`).toBe(
          "Unavailable",
        );
      }
      await subject.stand.faults();
      expect((await access(subject).items.list(never)).items).toHaveLength(whole);
    },
  },
  {
    title: "what an empty list does not show is there by its id",
    async run(subject) {
      const { items } = access(subject);
      const { id } = await make(subject);
      await subject.stand.faults({ ...LISTS, action: "EmptyList" });
      expect((await items.list(never)).items).toEqual([]);
      await subject.stand.faults();
      expect(await items.look(id, never)).toBe("There");
    },
  },
  {
    title: "what a stale list does not show yet is there by its id",
    async run(subject) {
      const { items } = access(subject);
      subject.stand.clock.pass(2 * MINUTE_MS);
      const { id } = await make(subject);
      await subject.stand.faults({ ...LISTS, action: "StaleList", ms: MINUTE_MS });
      expect((await items.list(never)).items.filter((item) => item.id === id)).toEqual([]);
      await subject.stand.faults();
      expect(await items.look(id, never)).toBe("There");
    },
  },
  {
    title: "what a stale list still shows is absent by its id",
    async run(subject) {
      const { items } = access(subject);
      const { id } = await makeSettled(subject);
      subject.stand.clock.pass(4 * MINUTE_MS);
      await items.remove(id, grantWrite(never));
      await eventually(() => items.look(id, never)).toBe("Absent");
      subject.stand.clock.pass(MINUTE_MS);
      await subject.stand.faults({ ...LISTS, action: "StaleList", ms: 3 * MINUTE_MS });
      expect((await items.list(never)).items.filter((item) => item.id === id)).toHaveLength(1);
      await subject.stand.faults();
      expect(await items.look(id, never)).toBe("Absent");
    },
  },
  ...[-5 * MINUTE_MS, 5 * MINUTE_MS].map(skewCase),
];

/** Not of add-ons: nothing of ours can be put on one, and a cluster has at most one of a name. */
export const markCases: readonly CollectionCase[] = [
  ...[-5 * MINUTE_MS, 0, 5 * MINUTE_MS].map(markCase),
  {
    title: "what a colleague made before bears no mark",
    async run(subject) {
      const id = await plant(subject, firstName(subject));
      const { items } = access(subject);
      const list = await items.list(never);
      const planted = await readAgain(
        items,
        list.items.find((item) => item.id === id)!,
      );
      expect(items.bearsMark(planted, attempts().own, list.clockSkewMs)).toBe(false);
    },
  },
  {
    title: "a second create of a name makes a second item where names are not unique",
    rules: { duplicateNames: "Allow" },
    async run(subject) {
      const { name } = await make(subject);
      await access(subject).create(name, NONCE, never);
      const both = await namesakes(subject, name);
      expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    },
  },
];

export const collectionCases: readonly CollectionCase[] = [...life, ...lists];

function skewCase(clockOffMs: number): CollectionCase {
  return {
    title: `a list tells how far the cloud's clock is off, by ${clockOffMs / MINUTE_MS} minutes`,
    rules: { clockOffMs },
    async run(subject) {
      const { clockSkewMs } = await access(subject).items.list(never);
      expect(Math.abs(clockSkewMs - clockOffMs), "off by, ms").toBeLessThan(10_000);
    },
  };
}

function markCase(clockOffMs: number): CollectionCase {
  return {
    title: `what a create made bears the mark of its attempt and of no other, clocks ${clockOffMs / MINUTE_MS} minutes apart`,
    rules: { clockOffMs },
    async run(subject) {
      const { items } = access(subject);
      const { own, other } = attempts();
      const { id } = await make(subject);
      const list = await items.list(never);
      const made = await readAgain(
        items,
        list.items.find((item) => item.id === id)!,
      );
      expect(items.bearsMark(made, own, list.clockSkewMs), "of its own attempt").toBe(true);
      expect(items.bearsMark(made, other, list.clockSkewMs), "of another attempt").toBe(false);
    },
  };
}
