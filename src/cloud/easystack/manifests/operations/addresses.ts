// Where the Ingresses of a set answer, as the cloud tells it for each namespace (1.18).
import * as z from "zod";
import type { OperationScene } from "../../../facets/manifests.ts";
import type { Looks } from "../looks.ts";
import { itemsIn, membersIn } from "../members.ts";

const addressList = z.array(z.string()).catch([]);
const MOST_ADDRESSES = 64;

/** Those of their hosts, in order. */
export async function addressesIn(looks: Looks, { objects, signal }: OperationScene): Promise<string[]> {
  const ingresses = objects.filter(({ key }) => key.kind === "Ingress");
  const hosts = new Set(
    ingresses.flatMap(({ live }) => itemsIn(membersIn(live["spec"])["rules"]).map((rule) => membersIn(rule)["host"])),
  );
  const namespaces = new Map(ingresses.map(({ key }) => [key.namespace, key]));
  const found: string[] = [];
  for (const key of namespaces.values()) {
    const told = await looks.readBy(key, signal, (turn) => turn.read({ operation: "ListRoutes" }, addressList));
    if (told !== "Absent") found.push(...told);
  }
  const own = found.filter((address) => hosts.has(URL.parse(address)?.hostname ?? ""));
  return [...new Set(own)].toSorted().slice(0, MOST_ADDRESSES);
}
