// What exists in a simulated EasyStack, and the rules that switches set.
import { randomUUID } from "node:crypto";
import type { StoreView } from "../../simulation/store.ts";
import { Store } from "../../simulation/store.ts";
import type { Timeline } from "../../simulation/timeline.ts";
import type { Clusters } from "./kube/clusters.ts";

interface Entity {
  readonly id: string;
  readonly name: string;
  /** RFC 3339 with milliseconds. */
  readonly createdAt: string;
}

/** An image workspace (工作空间), named by its id: names are unique over the installation. */
export interface Workspace extends Entity {
  readonly public: boolean;
  /** The project whose it is; absent: ours. */
  readonly owner?: string;
}

/** One tag of an image. */
export interface ImageTag extends Entity {
  /** `workspace/image`; the image may hold slashes. */
  readonly repository: string;
  readonly tag: string;
  readonly sizeBytes: number;
  readonly digest: string;
  /** Of the image, the same on all its tags. */
  readonly description: string;
}

/** The storage of the registry; one record, `storage`. */
export interface RegistryStorage extends Entity {
  readonly total: number;
  readonly free: number;
  /** Bytes of deleted images that a garbage collection will free. */
  readonly garbage: number;
}

/** A garbage collection. */
export interface Collection extends Entity {
  readonly state: "Running" | "Finished";
}

export const CLUSTER_TYPES = ["EKS", "EHOS", "EOS"] as const;
export type ClusterType = (typeof CLUSTER_TYPES)[number];

/** Named by its id. */
export interface Cluster extends Entity {
  readonly type: ClusterType;
  /** Of its API server, as `apiserver_host` and `cluster_addr` name it. */
  readonly address: string;
  readonly projectId: string;
}

export const BUSINESS_TYPES = ["SecurityContainer", "HybridOrchestration", "Normal"] as const;
export type BusinessType = (typeof BUSINESS_TYPES)[number];

/** In the cloud's names; -1: no limit. */
export type Quota = Readonly<Record<string, number>>;

/** Its id is `cluster/name`. */
export interface Namespace extends Entity {
  readonly cluster: string;
  readonly projectId: string;
  /** Of namespaces in an EOS cluster alone. */
  readonly businessType?: BusinessType;
  readonly psp: "Limited" | "Unlimited";
  readonly quota: Quota;
  /** What a colleague said is in use; what is counted shows where nothing was said. */
  readonly used: Quota;
  /** Ids; empty: everybody. */
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly cloudPhase: "Active" | "Terminating";
}

export const NODE_ROLES = ["Normal", "HybridOrchestration", "SecurityContainer"] as const;

/** Its id is `cluster/name`. */
export interface Node extends Entity {
  readonly cluster: string;
  readonly role: (typeof NODE_ROLES)[number];
  readonly phase: "Ready" | "NotReady";
  readonly internalIp: string;
}

export interface Member {
  readonly type: string;
  readonly name: string;
}

/** Its id is `cluster/namespace/name`, with the type behind it where one of the other type had the name first. */
export interface Application extends Entity {
  readonly cluster: string;
  readonly namespace: string;
  readonly type: "Normal" | "Hybrid";
  readonly description: string;
  readonly members: readonly Member[];
  /** As they were asked for. */
  readonly virtualMachines: readonly VirtualMachine[];
  /** Null for a normal one. */
  readonly network: object | null;
}

/** The part of the request that the simulator looks at; the rest is kept. */
export interface VirtualMachine {
  readonly name: string;
  readonly replicas: number;
  readonly flavor_name?: string;
  readonly boot_manager?: {
    readonly image?: string | null | undefined;
    readonly snapshot?: string | null | undefined;
    readonly bootable_volume?: string | null | undefined;
  };
  readonly loadbalancer?: object;
}

/** One server of a virtual machine with replicas. */
export interface Server extends Entity {
  readonly cluster: string;
  readonly namespace: string;
  readonly application: string;
  readonly virtualMachine: string;
  readonly state: "Build" | "Active" | "Shutoff" | "Error" | "Deleting";
  readonly internalIp: string;
  readonly image: string;
  readonly flavor: string;
  /** As the application's request had them; the balancer is null where none was asked for. */
  readonly network: object;
  readonly loadBalancer: object | null;
}

/** One balancer in front of a Service. */
export interface LoadBalancer extends Entity {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /** Of the Service; another one of the same name has a balancer of its own. */
  readonly serviceUid: string;
  readonly state: "Building" | "Active" | "Error" | "Deleting";
  readonly address: string;
  /** Dedicated ones take a licence. */
  readonly dedicated: boolean;
  readonly subnetId: string;
}

export interface Session extends Entity {
  /** Whose it is, by id. */
  readonly user: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly expiresAt: string;
}

/** Named by the sign-in's name. */
export interface User extends Entity {
  readonly email: string;
}

export const OFFERS = ["Zone", "Flavor", "Network", "Subnet", "VolumeType", "ServerImage", "KeyPair"] as const;

/** What the cloud below has for servers and balancers. Its id is `kind/name`. */
export interface Offer extends Entity {
  readonly kind: (typeof OFFERS)[number];
  /** The id that the cloud's own service has for it. */
  readonly nativeId: string;
  readonly enabled: boolean;
}

export type EcnsTables = {
  projects: Workspace;
  images: ImageTag;
  registry: RegistryStorage;
  collections: Collection;
  clusters: Cluster;
  namespaces: Namespace;
  nodes: Node;
  applications: Application;
  servers: Server;
  loadbalancers: LoadBalancer;
  sessions: Session;
  users: User;
  offers: Offer;
};

export type EcnsView = StoreView<EcnsTables>;

const COLLECTIONS = [
  "projects",
  "images",
  "registry",
  "collections",
  "clusters",
  "namespaces",
  "nodes",
  "applications",
  "servers",
  "loadbalancers",
  "sessions",
  "users",
  "offers",
] as const satisfies readonly (keyof EcnsTables)[];

/** The organisation of the one token: user, project and their department (部门, a Keystone domain). */
export interface Organisation {
  readonly domain: string;
  readonly domainId: string;
  readonly project: string;
  readonly projectId: string;
  readonly user: string;
  readonly userId: string;
}

/** The switches: what the reference leaves open (docs/clouds/easystack.md), and what a test wants otherwise. */
export interface EcnsRules {
  readonly organisation: Organisation;
  readonly duplicateNames: "Refuse" | "Allow";
  readonly sessions: "Cookie" | "Token" | "User" | "Decoy";
  readonly sessionTtlMs: number;
  readonly enters: "Asked" | "Default";
  readonly deletes: "Ok" | "NotFound";
  readonly batches: "Stop" | "Continue";
  readonly pages: "Empty" | "Last" | "NotFound";
  readonly times: "Rfc3339" | "Local";
  readonly yamlBody: "Field" | "Document" | "Any";
  readonly yamlAnswer: "Field" | "String" | "Text" | "Object";
  readonly patch: "Replace" | "Merge";
  readonly lists: "Bare" | "Named";
  readonly single: "List" | "One";
  readonly schedulerRule: "Flat" | "Nested";
  readonly secretValues: "Plain" | "Base64";
  readonly spelling: "Printed" | "Corrected";
  readonly tagDeletion: "Manifest" | "Tag";
  readonly gcStop: "Ignored" | "Stops";
  readonly ownerInfo: boolean;
  readonly claimNamespaces: boolean;
  readonly projectAdmin: boolean;
  readonly cloudAdmin: boolean;
  readonly octavia: boolean;
  readonly lbLicenses: number;
  readonly lbLingerMs: number;
}

/** Everything a handler works with. */
export interface Ecns {
  readonly store: Store<EcnsTables>;
  readonly rules: EcnsRules;
  /** The clock of all that is stamped, and the schedule of all that happens by itself. */
  readonly timeline: Timeline;
  readonly clusters: Clusters;
}

export function createStore(timeline: Timeline): Store<EcnsTables> {
  return new Store<EcnsTables>(COLLECTIONS, timeline);
}

export function isoNow({ timeline }: Pick<Ecns, "timeline">): string {
  return new Date(timeline.now()).toISOString();
}

/** A fresh id, with the time of now. */
export function newEntity(ecns: Pick<Ecns, "timeline">, name: string, id: string = randomUUID()): Entity {
  return { id, name, createdAt: isoNow(ecns) };
}

/** Changes a record; undefined, without effect, where it is gone. */
export function amend<C extends keyof EcnsTables>(
  { store }: Pick<Ecns, "store">,
  collection: C,
  id: string,
  change: Partial<EcnsTables[C]>,
): EcnsTables[C] | undefined {
  const record = store.get(collection, id);
  if (record === undefined) return undefined;
  const amended = { ...record, ...change };
  store.put(collection, amended);
  return amended;
}

/** An address for the `count`th thing in a network, such as `10.40`. */
export function addressIn(network: string, count: number): string {
  return `${network}.${Math.floor(count / 250)}.${(count % 250) + 2}`;
}
