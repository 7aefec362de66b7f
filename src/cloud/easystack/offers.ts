// What the cloud below the clusters offers (1.23): zones, flavors and subnets that servers and load balancers may name.
import * as z from "zod";
import { lenientObject, text } from "../kit/wire.ts";
import type { QueryItem } from "../kit/uri.ts";
import type { ProjectClient } from "./client.ts";
import { flag } from "./wire.ts";

/** The reference names none of these lists: a bare one, or whatever it is called. */
function anyList<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) ? value : Object.values(value ?? {}).find((each) => Array.isArray(each))),
    z.array(item),
  );
}

const zones = anyList(z.object({ name: text, state: lenientObject({ available: flag.catch(true) }).nullish() }));
const flavors = anyList(z.object({ id: text, name: text, is_disabled: flag.catch(false) }));
const subnets = anyList(z.object({ id: text, network_id: text }));

/** Names of those that are available. Throws CloudError, as the others do. */
export async function zonesOf(client: ProjectClient, signal: AbortSignal): Promise<readonly string[]> {
  const { value } = await client.read({ operation: "ListZones", signal }, zones);
  return value.filter(({ state }) => state?.available !== false).map(({ name }) => name);
}

/** Those that are not disabled. */
export async function flavorsOf(
  client: ProjectClient,
  signal: AbortSignal,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const { value } = await client.read({ operation: "ListFlavors", signal }, flavors);
  return value.filter((flavor) => !flavor.is_disabled).map(({ id, name }) => ({ id, name }));
}

/** `networkId` is empty where the cloud does not tell it. */
export async function subnetsOf(
  client: ProjectClient,
  { query, signal }: { readonly query?: readonly QueryItem[]; readonly signal: AbortSignal },
): Promise<readonly { readonly id: string; readonly networkId: string }[]> {
  const { value } = await client.read({ operation: "ListSubnets", ...(query && { query }), signal }, subnets);
  return value.map(({ id, network_id: networkId }) => ({ id, networkId }));
}
