// What is told of a change once it was sent: each field with its value before and after, in an event and in the log.
import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { storedNodePool, type StoredNodePool } from "../../../test/support/environment/nodepools.ts";
import { visitTo } from "../../../test/support/operator/kinds.ts";
import type { WritePermit } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import { createLogger } from "../../lib/log.ts";
import type { EventDescription } from "../../runtime/events.ts";
import type { CloudChange, Difference } from "./change.ts";
import { Sender } from "./sender.ts";

interface Told {
  readonly events: readonly EventDescription[];
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

interface Sending extends Told {
  readonly send: <T>(change: CloudChange, request: (permit: WritePermit) => Promise<T>) => Promise<T>;
}

const NEVER = new AbortController().signal;
const ANSWERED = () => Promise.resolve("answer");

/** In the name of a pool that is made already. */
function sending(declared: StoredNodePool = {}, signal: AbortSignal = NEVER): Sending {
  const events: EventDescription[] = [];
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ level: "info", destination });
  const pool = storedNodePool({ ...declared, status: { externalId: "np-1", ...declared.status } });
  const visit = visitTo(pool, { log, signal });
  const sender = new Sender({ events: { event: (_, description) => void events.push(description) } });
  return { events, lines, send: (change, request) => sender.send(visit, change, request) };
}

/** What is told of a change of these fields. */
async function told(fields: readonly Difference[], declared: StoredNodePool = {}): Promise<Told> {
  const { send, ...rest } = sending(declared);
  await send({ verb: "Update", target: "node pool workers", fields }, ANSWERED);
  return rest;
}

async function noteOf(field: string, before: unknown, after: unknown): Promise<string> {
  const { events } = await told([{ field, before, after }]);
  return events[0]!.note;
}

const LABELS: Difference = { field: "spec.labels", before: { a: "b" }, after: { a: "c", d: "e" } };
const REPLICAS: Difference = { field: "spec.replicas", before: 5, after: 3 };

describe("sending", () => {
  it("asks once, with leave that ends with the visit, and resolves with the answer", async () => {
    const visit = new AbortController();
    const permits: WritePermit[] = [];
    const { send } = sending({}, visit.signal);
    const answer = await send({ verb: "Update", target: "node pool workers", fields: [] }, (permit) => {
      permits.push(permit);
      return ANSWERED();
    });
    expect(answer).toBe("answer");
    expect(permits).toHaveLength(1);
    expect(permits[0]!.signal.aborted).toBe(false);
    visit.abort(new Error("deadline"));
    expect(permits[0]!.signal.reason).toMatchObject({ message: "deadline" });
  });

  it.each(["visit", "change"])("gives leave that ends with the %s, whichever ends first", async (which) => {
    const ends = { visit: new AbortController(), change: new AbortController() };
    const { send } = sending({}, ends.visit.signal);
    const target = { verb: "Create", target: "node pool workers", fields: [], until: ends.change.signal } as const;
    const { signal } = await send(target, (permit) => Promise.resolve(permit));
    expect(signal.aborted).toBe(false);
    ends[which as keyof typeof ends].abort(new Error(which));
    expect(signal.reason).toMatchObject({ message: which });
  });

  it("throws what the request throws, and tells nothing of what may not have been done", async () => {
    const { send, events, lines } = sending();
    const error = new CloudError("Busy", { message: "Being resized" });
    const sent = send({ verb: "Update", target: "node pool workers", fields: [REPLICAS] }, () => Promise.reject(error));
    await expect(sent).rejects.toBe(error);
    expect([events, lines]).toEqual([[], []]);
  });

  it("tells it only when the cloud has answered", async () => {
    const { send, events } = sending();
    const { promise, resolve } = Promise.withResolvers<string>();
    const sent = send({ verb: "Update", target: "node pool workers", fields: [REPLICAS] }, () => promise);
    await Promise.resolve();
    expect(events).toEqual([]);
    resolve("answer");
    await sent;
    expect(events).toHaveLength(1);
  });
});

describe("a change", () => {
  it("is told by each of its fields with the value before and after, in one event", async () => {
    const { events } = await told([REPLICAS, LABELS]);
    expect(events).toEqual([
      {
        type: "Normal",
        reason: "Requested",
        action: "Update",
        note: 'Node pool workers: spec.replicas from 5 to 3; spec.labels from {"a":"b"} to {"a":"c","d":"e"}',
      },
    ]);
  });

  it("is told by one line of the log, with the id of what it is about", async () => {
    const { lines } = await told([REPLICAS]);
    expect(lines).toMatchObject([
      {
        level: "info",
        msg: "Requested update",
        externalId: "np-1",
        target: "node pool workers",
        what: "spec.replicas from 5 to 3",
        drift: false,
      },
    ]);
  });

  it("says nothing where there was nothing, or is to be nothing", async () => {
    expect(await noteOf("spec.version", undefined, "1.0.6")).toContain('spec.version from nothing to "1.0.6"');
    expect(await noteOf("spec.values.a", 1, undefined)).toContain("spec.values.a from 1 to nothing");
    expect(await noteOf("spec.values.a", 1, null)).toContain("spec.values.a from 1 to null");
    expect(await noteOf("spec.description", "", "team a")).toContain('spec.description from "" to "team a"');
  });

  it.each([
    ["Update", "a change was requested"],
    ["Hibernate", "hibernation was requested"],
    ["Wake", "waking up was requested"],
    ["Delete", "deletion was requested"],
  ] as const)("of the whole, %s, is told by what was asked", async (verb, what) => {
    const { send, events, lines } = sending();
    await send({ verb, target: "cluster production", fields: [] }, ANSWERED);
    const note = `Cluster production: ${what}`;
    expect(events).toEqual([{ type: "Normal", reason: "Requested", action: verb, note }]);
    expect(lines).toMatchObject([{ what, target: "cluster production", drift: false }]);
  });

  it("that creates is not told here: its creator learns the id, and the condition follows", async () => {
    const { send, events, lines } = sending();
    await send({ verb: "Create", target: "node pool workers", fields: [] }, ANSWERED);
    await send({ verb: "Create", target: "node pool workers", fields: [REPLICAS] }, ANSWERED);
    expect([events, lines]).toEqual([[], []]);
  });
});

describe("drift", () => {
  const ready = { observedGeneration: 1, conditions: [condition()] };

  it("is what is changed of a resource that was found as declared in this generation", async () => {
    const { events, lines } = await told([REPLICAS], { status: ready });
    expect(events[0]!.note).toBe("Node pool workers: spec.replicas from 5 to 3, to heal drift");
    expect(lines).toMatchObject([{ drift: true }]);
  });

  it.each<[string, StoredNodePool]>([
    ["that has changed since", { metadata: { generation: 2 }, status: ready }],
    ["that was not Ready", { status: { ...ready, conditions: [condition({ status: "False" })] } }],
    ["that was never looked at", {}],
  ])("is not what is changed of a resource %s: that is a wish", async (_, declared) => {
    const { events, lines } = await told([REPLICAS], declared);
    expect(events[0]!.note).toBe("Node pool workers: spec.replicas from 5 to 3");
    expect(lines).toMatchObject([{ drift: false }]);
  });

  it("is not what deletes or wakes the whole", async () => {
    const { send, events } = sending({ status: ready });
    await send({ verb: "Delete", target: "node pool workers", fields: [] }, ANSWERED);
    expect(events[0]!.note).toBe("Node pool workers: deletion was requested");
  });
});

describe("what is called a secret", () => {
  const HIDDEN = "from (hidden) to (hidden)";

  it.each(["adminPassword", "passwd", "clientSecret", "TOKEN", "credentials", "privateData", "access_key", "apiKey"])(
    "%s is not shown, as a field or above one",
    async (name) => {
      for (const field of [`spec.values.${name}`, `spec.values.${name}.of.it`]) {
        const note = await noteOf(field, "before-1", "after-1");
        expect(note).toContain(`${field} ${HIDDEN}`);
        expect(note).not.toMatch(/before-1|after-1/);
      }
    },
  );

  it("is not shown deep inside of a value, before or after, and what is beside it is", async () => {
    const value = (secret: string, port: number) => ({
      db: [{ login: { Password: secret, port } }, { token: [secret] }],
    });
    const note = await noteOf("spec.values.custom", value("hunter-1", 1), value("hunter-2", 2));
    expect(note).not.toContain("hunter");
    expect(note).toContain('{"Password":"(hidden)","port":1}');
    expect(note).toContain('{"Password":"(hidden)","port":2}');
    expect(note).toContain('{"token":"(hidden)"}');
  });

  it("is not shown whole, where it is itself an object or a list", async () => {
    const note = await noteOf("spec.values", { secrets: { a: "hunter-1" } }, { secrets: ["hunter-2"] });
    expect(note).toContain('from {"secrets":"(hidden)"} to {"secrets":"(hidden)"}');
  });

  it("is in no line of the log either", async () => {
    const { lines } = await told([{ field: "spec.values", before: {}, after: { a: { password: "hunter-1" } } }]);
    expect(JSON.stringify(lines)).not.toContain("hunter-1");
  });

  it("is not shown as the value of a variable, nor in an address", async () => {
    const variables = await noteOf("spec.values.env", [], [{ name: "DB_PASSWORD", value: "hunter-1" }]);
    expect(variables).toContain('[{"name":"DB_PASSWORD","value":"(hidden)"}]');
    const address = await noteOf("spec.values.url", "", "postgres://user:hunter-1@db:5432/x");
    expect(address).toContain('"postgres://user:(hidden)@db:5432/x"');
  });

  it.each([
    ["the key of a taint", [{ key: "gpu", value: "", effect: "NoSchedule" }]],
    ["a label", { monkey: "brass" }],
  ])("is not %s", async (_, value) => {
    expect(await noteOf("spec.values", [], value)).toContain(`to ${JSON.stringify(value)}`);
  });

  it("may be told to be nothing", async () => {
    expect(await noteOf("spec.values.password", undefined, "hunter-1")).toContain("from nothing to (hidden)");
  });
});

describe("a long value", () => {
  it("is cut after 80 characters, and one that is as long is not", async () => {
    const text = (length: number): string => JSON.stringify("x".repeat(length - 2));
    const note = await noteOf("spec.description", "x".repeat(78), "x".repeat(79));
    expect(note).toBe(`Node pool workers: spec.description from ${text(80)} to ${text(81).slice(0, 79)}…`);
  });

  it("that is a list or an object is cut as a whole", async () => {
    const long = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`label-${index}`, "value"]));
    const note = await noteOf("spec.labels", {}, long);
    expect(note.length).toBeLessThan(150);
    expect(note.endsWith("…")).toBe(true);
  });
});
