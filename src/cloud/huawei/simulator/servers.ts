// The servers (ECS) of nodes outside of pools: made, planted, written anew, and gone.
import type { Disk, Node, Server } from "./node-state.ts";
import type { Cce } from "./state.ts";
import { ADDRESSES, amend, newEntity } from "./state.ts";

/** In each of 192.168.1.0/24 to 192.168.254.0/24. */
const HOSTS = 250;

/** Each is given out once. */
export function nextAddress({ store, firstAddress }: Cce): string {
  const number = (firstAddress + Number(store.nextId("servers"))) % ADDRESSES;
  return `192.168.${1 + Math.floor(number / HOSTS)}.${(number % HOSTS) + 1}`;
}

/** What a node is made on, as far as it differs. */
export type ServerMake = Pick<Server, "name" | "vpc" | "subnet" | "flavor" | "az" | "disks">;

export function addServer(cce: Cce, make: ServerMake, rest: Partial<Server> = {}): Server {
  const { name, ...made } = make;
  const server: Server = {
    ...newEntity(cce, name),
    ...made,
    nodeId: "",
    formerNodeId: "",
    imaged: made.disks.find(({ use }) => use === "system")?.imaged ?? 0,
    privateIP: nextAddress(cce),
    billingMode: 0,
    ...rest,
  };
  cce.store.put("servers", server);
  return server;
}

/** The record of a node's server: that of a pool's node is made when it is first needed, with its disks as they came. */
export function serverOf(cce: Cce, node: Node): Server {
  const known = cce.store.get("servers", node.serverId);
  if (known !== undefined) return known;
  const { name, spec, privateIP, billingMode } = node;
  const { vpc, subnet } = networkOf(cce, node.clusterId);
  const make = { name, vpc, subnet, flavor: textOf(spec["flavor"]), az: textOf(spec["az"]), disks: disksOf(spec, 1) };
  return addServer(cce, make, { id: node.serverId, nodeId: node.id, privateIP, billingMode });
}

/** What a server loses when it is installed anew: everything, or its system disk alone. */
export function writeAnew(cce: Cce, serverId: string, what: "All" | "System"): void {
  const server = cce.store.get("servers", serverId);
  if (server === undefined) return;
  const disks = server.disks.map((disk) =>
    what === "All" || disk.use === "system" ? { ...disk, imaged: disk.imaged + 1 } : disk,
  );
  amend(cce, "servers", serverId, { disks, imaged: server.imaged + 1 });
}

/** Makes it the server of that node, or of none. */
export function assignServer(cce: Cce, serverId: string, nodeId: string): void {
  const server = cce.store.get("servers", serverId);
  if (server === undefined) return;
  const formerNodeId = nodeId === "" ? server.formerNodeId : nodeId;
  amend(cce, "servers", serverId, { nodeId, formerNodeId });
}

/** The disks that a node's spec asks for (table 4-80). */
export function disksOf(spec: Readonly<Record<string, unknown>>, imaged: number): Disk[] {
  const volumes = (spec["dataVolumes"] ?? []) as { volumetype: string; size: number }[];
  const { volumetype, size } = spec["rootVolume"] as { volumetype: string; size: number };
  const data = volumes.map((one) => ({ use: "data" as const, volumetype: one.volumetype, size: one.size, imaged }));
  return [{ use: "system", volumetype, size, imaged }, ...data];
}

export function networkOf({ store }: Cce, clusterId: string): { vpc: string; subnet: string } {
  const { vpc = "", subnet = "" } = (store.get("clusters", clusterId)?.spec["hostNetwork"] ?? {}) as {
    vpc?: string;
    subnet?: string;
  };
  return { vpc, subnet };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
