// For tests only: how a client sees a choice of dialect.ts, and what the probes of all choices share.
import type { ChoiceName, Choices, DialectName } from "./dialect.ts";
import type { BcsClient } from "./test-support.ts";
import { namespaced } from "./test-support.ts";

interface Probe<Value extends string> {
  /** Default: Reference. */
  readonly dialect?: DialectName;
  readonly look: (client: BcsClient) => Promise<unknown>;
  readonly sees: Readonly<Record<Value, unknown>>;
}

export type Probes = { readonly [Name in ChoiceName]: Probe<Choices[Name]> };

export const THING = `${namespaced("n1")}/x`;
export const NODE = "/k8s/watch/clusters/c1/namespaces/n1/thing/x";
export const NODES = NODE.slice(0, -2);
export const OTHER_NODE = NODE.replace("/n1/", "/n2/");
export const METRIC = "/metric/clusters/c1/namespaces/n1/t/m";
export const METRICS = "/metric/clusters/c1";
/** Seconds of the time at which a test's clock starts. */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;

export const outcome = async (client: BcsClient, path: string, body?: unknown, method = "PUT"): Promise<unknown> => {
  try {
    return (await client.envelope(path, { method, body })).code;
  } catch {
    return "no answer";
  }
};

export const names = async (client: BcsClient, path: string, member = "resourceName"): Promise<unknown[]> =>
  (await client.rows(path)).map((row) => row[member]);

/** Names of what was made in the order of the alphabet; sorted where the order is not the point. */
export const isInOrder = async (client: BcsClient, path: string, member: string): Promise<boolean> => {
  const found = await names(client, path, member);
  return JSON.stringify(found) === JSON.stringify(found.map(String).toSorted());
};

export const LETTERS = "abcdefghijklmnop".split("");
