// Every call is driven once, and its answer held against what the API document promises of it.
import { describe, expect, test } from "vitest";
import { CALLS, type CallName } from "./calls.ts";
import type { Member, Members } from "./members.ts";
import { MEMBERS } from "./members.ts";
import type { BcsClient } from "./test-support.ts";
import { startTestBed } from "./test-support.ts";
import { K8S_SAMPLES, MESOS_SAMPLES } from "./test-samples.ts";

const PARTS: Readonly<Record<string, string>> = {
  ":env": "k8s",
  ":clusterId": "c1",
  ":namespace": "n1",
  ":resourceType": "Thing",
  ":resourceName": "x",
  ":type": "t",
  ":name": "m",
};

const BODIES: Readonly<Partial<Record<CallName, unknown>>> = {
  putEvents: { id: "e1", env: "mesos", kind: "rc", level: "warning", clusterId: "c1", eventTime: 1 },
  postAlarms: { clusterId: "c1", namespace: "n1", source: "127.0.0.4", receivedTime: 1 },
};

async function answerTo(client: BcsClient, name: CallName): Promise<unknown> {
  const { method, path } = CALLS[name];
  const isWrite = method === "PUT" || method === "POST";
  const body = isWrite ? (BODIES[name] ?? { data: { a: 1 } }) : undefined;
  return client.envelope(
    path.replaceAll(/:\w+/g, (part) => PARTS[part] ?? part),
    { method, body },
  );
}

/** Something of everything that a call can be about. */
async function fill(client: BcsClient): Promise<void> {
  for (const name of [
    "putNamespaceResource",
    "putClusterResource",
    "putEvents",
    "postAlarms",
    "putWatch",
    "putMetric",
  ] as const) {
    await answerTo(client, name);
  }
  for (const { type, namespace, data } of [...Object.values(K8S_SAMPLES), ...Object.values(MESOS_SAMPLES)]) {
    const key = {
      clusterId: "c1",
      resourceType: type,
      resourceName: "x",
      ...(namespace !== undefined && { namespace }),
    };
    await client.colleague("POST", "records", { ...key, data });
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** What stands at a path, once for each element of the lists on the way; undefined where there is nothing. */
function at(value: unknown, path: string): unknown[] {
  const [, key = "", isList, rest = ""] = /^([^.[]+)(\[\])?\.?(.*)$/.exec(path) ?? [];
  const inner = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  const values: unknown[] = isList === undefined ? [inner] : (inner as unknown[]);
  return rest === "" ? values : values.flatMap((one) => at(one, rest));
}

function fits(value: unknown, { type, isOptional }: Member): boolean {
  if (value === undefined) return isOptional === true;
  return type === "any" || typeOf(value) === type;
}

function faults(answer: unknown, members: Members): string[] {
  return Object.entries(members).flatMap(([path, member]) => {
    const values = at(answer, path);
    if (values.length === 0) return [`${path}: nothing to look at`];
    return values.filter((value) => !fits(value, member)).map((value) => `${path}: ${typeOf(value)}`);
  });
}

test("there are 45 calls", () => {
  expect(Object.keys(CALLS)).toHaveLength(45);
});

describe("the answer holds what the document promises", () => {
  test.each(Object.keys(CALLS) as CallName[])("%s", async (name) => {
    const { client } = await startTestBed();
    await fill(client);
    const answer = await answerTo(client, name);
    expect(answer).toMatchObject({ result: true, code: 0 });
    expect(faults(answer, MEMBERS[name])).toEqual([]);
  });

  test.each([
    [{ data: [{ a: 1 }] }, { "data[].a": { type: "string" } }, "data[].a: number"],
    [{ data: [{ a: "x" }, {}] }, { "data[].a": { type: "string" } }, "data[].a: undefined"],
    [{ data: [] }, { "data[].a": { type: "string" } }, "data[].a: nothing to look at"],
    [{}, { total: { type: "number" } }, "total: undefined"],
  ] as const)("or else is at fault: %j", (answer, members, fault) => {
    expect(faults(answer, members)).toEqual([fault]);
  });
});
