// Cases of every collection: creates and removals whose outcome nobody knows, and what each refusal means.
import { grantWrite } from "../../src/cloud/permit.ts";
import { expect, onTestFinished } from "vitest";
import type { Item } from "../../src/cloud/collection.ts";
import { outcomeIsUnknown, type CloudErrorKind } from "../../src/cloud/errors.ts";
import { FencedError } from "../../src/lib/fence.ts";
import { FakeClock } from "../support/clock/fake-clock.ts";
import type { Fault } from "../support/clouds/simulator.ts";
import { eventually, failureOf, needed, thrownBy } from "./suite.ts";
import { never, WRITES, type Stand } from "./stand.ts";
import {
  access,
  attempts,
  firstName,
  make,
  makeSettled,
  namesakes,
  NONCE,
  readAgain,
  type CollectionCase,
  type Subject,
} from "./subject.ts";

/** A create that meets this fault; resolves with what it threw, and the requests that it made. */
async function createMeeting<T extends Item>(subject: Subject<T>, fault: Omit<Fault, "method">) {
  const { stand } = subject;
  await stand.faults({ method: WRITES, ...fault });
  let error: unknown;
  const requests = await stand.requestsOf(async () => {
    error = await thrownBy(access(subject).create(firstName(subject), NONCE, never));
  });
  await stand.faults();
  return { error, effects: requests.filter(({ effect }) => effect) };
}

/** A create whose answer does not come: the request took effect. */
async function expectFoundByItsMark<T extends Item>(subject: Subject<T>, fault: Omit<Fault, "method">): Promise<void> {
  const { own } = attempts();
  const { error, effects } = await createMeeting(subject, fault);
  expect(outcomeIsUnknown(error), `outcomeIsUnknown(${String(error)})`).toBe(true);
  expect(effects, "what changed something in the cloud: it must not be sent twice").toHaveLength(1);
  await expectOneMarked(subject, own);
}

async function expectOneMarked<T extends Item>(
  subject: Subject<T>,
  attempt: ReturnType<typeof attempts>["own"],
): Promise<void> {
  const { items } = subject.via(subject.stand.open());
  const list = await items.list(never);
  const found = list.items.filter(({ name }) => name === firstName(subject));
  expect(found).toHaveLength(1);
  expect(items.bearsMark(await readAgain(items, found[0]!), attempt, list.clockSkewMs)).toBe(true);
}

/** All of its name bear its mark, so that none of them passes for somebody else's. */
async function expectAllSeen<T extends Item>(subject: Subject<T>): Promise<void> {
  const { own } = attempts();
  await createMeeting(subject, { action: "DropAfter" });
  const { items, create } = access(subject);
  expect(items.resendIsSafe, "resendIsSafe").toBe(true);
  const resent = await create(firstName(subject), NONCE, never).catch((error: unknown) => error);
  if (resent instanceof Error) expect(resent).toMatchObject({ kind: "AlreadyExists" });
  const list = await items.list(never);
  const named = list.items.filter(({ name }) => name === firstName(subject));
  const found = await Promise.all(named.map((item) => readAgain(items, item)));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((item) => !items.bearsMark(item, own, list.clockSkewMs))).toEqual([]);
}

const unknownOutcomes: readonly CollectionCase[] = [
  {
    title: "a create that is lost before it arrives leaves nothing, and may be sent again",
    async run(subject) {
      const { own } = attempts();
      const { error } = await createMeeting(subject, { action: "DropBefore" });
      expect(outcomeIsUnknown(error), `outcomeIsUnknown(${String(error)})`).toBe(true);
      expect(await namesakes(subject, firstName(subject))).toEqual([]);
      await make(subject);
      await expectOneMarked(subject, own);
    },
  },
  {
    title: "a create whose answer is lost is found again by its mark",
    run: (subject) => expectFoundByItsMark(subject, { action: "DropAfter" }),
  },
  {
    title: "a create that is answered with something that is no JSON is found again by its mark",
    run: (subject) => expectFoundByItsMark(subject, { action: "MalformedJson" }),
  },
  {
    title: "a create that is not answered in time is found again by its mark",
    async run(subject) {
      const { stand } = subject;
      const { own } = attempts();
      const clock = new FakeClock({ startMs: Date.now() });
      const session = stand.open({ deps: { clock } });
      await session.verify(never);
      await stand.faults({ method: WRITES, action: "SlowHeaders", ms: 600_000 });
      const failing = failureOf(subject.via(session).create(firstName(subject), NONCE, never));
      await eventually(struckBy(subject, "SlowHeaders")).toBe(1);
      await clock.advance(60_000);
      expect((await failing).kind).toBe("Unavailable");
      await expectOneMarked(subject, own);
    },
  },
  {
    title: "a create that is sent again after a lost answer is refused or seen, where names are unique",
    run: expectAllSeen,
  },
  {
    title: "a create that is sent again after a lost answer is refused or seen, where names are not unique",
    rules: { duplicateNames: "Allow" },
    run: expectAllSeen,
  },
  {
    title: "a create ends with its caller, whatever becomes of the request",
    async run(subject) {
      const { stand } = subject;
      await stand.faults({ method: WRITES, action: "Hold" });
      onTestFinished(() => stand.simulator.release().catch(() => undefined));
      const abort = new AbortController();
      const failing = thrownBy(access(subject).create(firstName(subject), NONCE, abort.signal));
      await eventually(struckBy(subject, "Hold")).toBe(1);
      const reason = new Error("enough");
      abort.abort(reason);
      expect(await failing).toBe(reason);
    },
  },
  {
    title: "a removal whose answer is lost is Unavailable, and has happened",
    async run(subject) {
      const { items } = access(subject);
      const { id } = await makeSettled(subject);
      await subject.stand.faults({ method: WRITES, action: "DropAfter" });
      expect((await failureOf(items.remove(id, grantWrite(never)))).kind).toBe("Unavailable");
      await eventually(() => items.look(id, never)).toBe("Absent");
    },
  },
];

function struckBy({ stand }: { readonly stand: Stand }, action: string): () => Promise<number> {
  return async () => (await stand.simulator.requests()).filter(({ fault }) => fault === action).length;
}

/** As a status, what it means for a read and for a create. Of a create, what proves that nothing was made is no `Unavailable`. */
const STATUSES: readonly (readonly [status: number, read: CloudErrorKind, create: CloudErrorKind])[] = [
  [302, "Rejected", "Unavailable"],
  [401, "Unauthenticated", "Unauthenticated"],
  [403, "Forbidden", "Forbidden"],
  [429, "Throttled", "Throttled"],
  [500, "Unavailable", "Unavailable"],
  [502, "Unavailable", "Unavailable"],
  [503, "Unavailable", "Unavailable"],
];

const refusals: readonly CollectionCase[] = [
  ...STATUSES.map(statusCase),
  {
    title: "a 404 is no empty list",
    async run(subject) {
      await subject.stand.faults({ method: "GET", action: "Status", status: 404, times: 0 });
      expect(["NotFound", "Rejected", "Unavailable"]).toContain(
        (await failureOf(access(subject).items.list(never))).kind,
      );
    },
  },
  {
    title: "a list that is no JSON is Unavailable",
    async run(subject) {
      await subject.stand.faults({ method: "GET", action: "MalformedJson" });
      expect((await failureOf(access(subject).items.list(never))).kind).toBe("Unavailable");
    },
  },
  {
    title: "a list that is not answered in time is Unavailable",
    async run(subject) {
      const { stand } = subject;
      const clock = new FakeClock({ startMs: Date.now() });
      const session = stand.open({ deps: { clock } });
      await session.verify(never);
      await stand.faults({ method: "GET", action: "SlowHeaders", ms: 600_000 });
      const failing = failureOf(subject.via(session).items.list(never));
      await eventually(struckBy(subject, "SlowHeaders")).toBe(1);
      await clock.advance(60_000);
      expect((await failing).kind).toBe("Unavailable");
    },
  },
  {
    title: "a create that the cloud refuses for what it says is refused for good",
    async run(subject) {
      const { error } = await createMeeting(subject, { action: "Status", status: 400 });
      expect(["Rejected", "NameRefused"]).toContain((error as { kind?: unknown }).kind);
      expect(outcomeIsUnknown(error)).toBe(false);
    },
  },
  {
    title: "a cloud that can't be reached is Unreachable, and nothing was sent",
    async run(subject) {
      await subject.stand.simulator[Symbol.asyncDispose]();
      const { items, create } = subject.via(subject.stand.open());
      expect((await failureOf(items.list(never))).kind).toBe("Unreachable");
      const error = await failureOf(create(firstName(subject), NONCE, never));
      expect(error.kind).toBe("Unreachable");
      expect(outcomeIsUnknown(error)).toBe(false);
    },
  },
  {
    title: "a name that the cloud does not take is NameRefused",
    async run(subject) {
      const name = needed(subject.sample.refusedName, "refusedName of the sample");
      expect((await failureOf(access(subject).create(name, NONCE, never))).kind).toBe("NameRefused");
      expect(await namesakes(subject, name)).toEqual([]);
    },
  },
  {
    title: "a create for which there is no quota is QuotaExceeded",
    async run(subject) {
      const exhaust = needed(subject.sample.exhaustQuota, "exhaustQuota of the sample");
      await exhaust(subject.stand.console, subject.clusterId);
      const error = await failureOf(access(subject).create(firstName(subject), NONCE, never));
      expect(error.kind).toBe("QuotaExceeded");
      expect(await namesakes(subject, firstName(subject))).toEqual([]);
    },
  },
  {
    title: "a process that lost its lease reads, and writes nothing",
    async run(subject) {
      const { stand } = subject;
      const { id } = await make(subject);
      let remainingMs = Number.POSITIVE_INFINITY;
      const session = stand.open({ deps: { fence: { remainingMs: () => remainingMs } } });
      await session.verify(never);
      remainingMs = 0;
      const { items, create } = subject.via(session);
      const requests = await stand.requestsOf(async () => {
        expect(await items.look(id, never)).toBe("There");
        expect(await thrownBy(create(firstName(subject), NONCE, never))).toBeInstanceOf(FencedError);
        expect(await thrownBy(items.remove(id, grantWrite(never)))).toBeInstanceOf(FencedError);
      });
      expect(requests.filter(({ method }) => method !== "GET")).toEqual([]);
    },
  },
];

export const outcomeCases: readonly CollectionCase[] = [...unknownOutcomes, ...refusals];

function statusCase([status, read, create]: (typeof STATUSES)[number]): CollectionCase {
  return {
    title: `a ${status} is ${read} to a list and ${create} to a create, which made nothing`,
    async run(subject) {
      const { stand } = subject;
      const fault = { action: "Status", status, retryAfterSeconds: 7, times: 0 } as const;
      await stand.faults({ method: "GET", ...fault });
      const said = await failureOf(subject.via(stand.open()).items.list(never));
      expect(said).toMatchObject({ kind: read, message: expect.not.stringMatching(/undefined|\[object|\n/) });
      if (read === "Throttled") expect(said.retryAfterMs).toBe(7_000);
      const { error } = await createMeeting(subject, fault);
      expect(error).toMatchObject({ name: "CloudError", kind: create });
      expect(await namesakes(subject, firstName(subject))).toEqual([]);
    },
  };
}
