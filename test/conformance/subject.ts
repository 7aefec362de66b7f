// One collection under test, whatever facet it is of.
import { expect } from "vitest";
import type { Collection, CreateAttempt, Created, Item } from "../../src/cloud/collection.ts";
import type { CloudSession } from "../../src/cloud/contract.ts";
import { eventually, type Case, type ItemsSample } from "./suite.ts";
import { never, type Stand } from "./stand.ts";

/** As objects of the cluster have them: a UID and a counter. */
export const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";

/** A collection as one session sees it. */
export interface Access<T extends Item> {
  readonly items: Collection<T>;
  readonly create: (name: string, nonce: string, signal: AbortSignal) => Promise<Created>;
}

export interface Subject<T extends Item> {
  readonly stand: Stand;
  readonly sample: ItemsSample;
  /** The cluster that the items are in; empty where they are in the account. */
  readonly clusterId: string;
  readonly via: (session: CloudSession) => Access<T>;
  /** Whether the cloud is done with making it. Pure. */
  readonly isSettled: (item: T) => boolean;
}

/** Of any collection. */
export interface CollectionCase extends Omit<Case<never>, "run"> {
  readonly run: <T extends Item>(subject: Subject<T>) => Promise<void>;
}

export function access<T extends Item>({ via, stand }: Subject<T>): Access<T> {
  return via(stand.session);
}

export function firstName({ sample }: { readonly sample: ItemsSample }): string {
  return sample.names[0] ?? expect.fail("The sample has no names");
}

/** All of that name, as a session of its own sees them: what an earlier one has learned about the cloud slows it down not. */
export async function namesakes<T extends Item>({ stand, via }: Subject<T>, name: string): Promise<readonly T[]> {
  const { items } = await via(stand.open()).items.list(never);
  return items.filter((item) => item.name === name);
}

/** Attempts as the journal has them, from before the create that is about to be sent: our own, and a later one of somebody else. */
export function attempts(): { own: CreateAttempt; other: CreateAttempt } {
  const startedAtMs = Date.now();
  return { own: { nonce: NONCE, startedAtMs }, other: { nonce: "another-1", startedAtMs: startedAtMs + 3_600_000 } };
}

/** A create that went well, and the item as the list shows it. */
export async function make<T extends Item>(subject: Subject<T>, name = firstName(subject)): Promise<T> {
  const { id } = await access(subject).create(name, NONCE, never);
  const made = (await namesakes(subject, name)).filter((item) => id === undefined || item.id === id);
  expect(made, `items named ${name} with the id that the create told (${id})`).toHaveLength(1);
  return made[0]!;
}

export function plant<T extends Item>({ sample, stand, clusterId }: Subject<T>, name: string): Promise<string> {
  return sample.plant(stand.console, name, clusterId);
}

/** As a read by its id shows it, or where there is no such read, as the list does. */
export async function shown<T extends Item>(subject: Subject<T>, id: string): Promise<T | "Absent"> {
  const { items } = access(subject);
  if (items.get) return items.get(id, never);
  return (await items.list(never)).items.find((item) => item.id === id) ?? "Absent";
}

/** A listed item as a read by its id shows it, where there is one: what decides about a mark. */
export async function readAgain<T extends Item>(items: Collection<T>, item: T): Promise<T> {
  const read = await items.get?.(item.id, never);
  if (read === "Absent") return expect.fail(`${item.id} is listed and absent`);
  return read ?? item;
}

/** Waits until the cloud is done with making it, so that anything may be done to it. */
async function settled<T extends Item>(subject: Subject<T>, id: string): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    const item = await shown(subject, id);
    return item !== "Absent" && subject.isSettled(item);
  };
  await eventually(isDone).toBe(true);
}

export async function makeSettled<T extends Item>(subject: Subject<T>, name?: string): Promise<T> {
  const { id } = await make(subject, name);
  await settled(subject, id);
  const item = await shown(subject, id);
  return item === "Absent" ? expect.fail(`${id} has gone`) : item;
}
