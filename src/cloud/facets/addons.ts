// The addons facet: instances of add-on templates in a managed cluster; at most one of a template in a cluster.
import type { Created, Item, Readable, WritePermit } from "../collection.ts";

/** `Failed`: installing or upgrading failed. `Partial`: some of its instances run. `Abnormal`: installed, but none does. */
export type AddonPhase =
  | "Installing"
  | "Available"
  | "Upgrading"
  | "Partial"
  | "Abnormal"
  | "Failed"
  | "Deleting"
  | "Unknown";

export interface Addon extends Item {
  /** Its template: what tells it from the others in the cluster. */
  readonly name: string;
  readonly template: string;
  readonly version: string;
  readonly phase: AddonPhase;
  readonly cloudPhase: string;
  /** Why, in the cloud's words, presentable; empty where it says nothing. */
  readonly message: string;
  /** As the cloud shows them; it may add its own. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The cluster that an add-on is to run in. */
export interface AddonHost {
  /** The cloud's own block of the cluster's spec, as the schema admitted it. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Empty where it is not known: everything fits then, and the cloud refuses what does not. */
  readonly version: string;
}

export interface AddonTemplate {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly {
    readonly version: string;
    /** Whether it can be installed in that cluster. Pure. */
    readonly fits: (cluster: AddonHost) => boolean;
    /** What an install with the `declared` values has to say where they say nothing; the declared ones go over it. Pure. */
    readonly defaults: (declared: AddonRequest["values"]) => AddonRequest["values"];
  }[];
}

export interface AddonRequest {
  readonly template: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface AddonsFacet {
  /** The instances in a cluster. `list` throws NotFound where there is no such cluster. Every one of its name bears the mark. */
  readonly in: (clusterId: string) => Readable<Addon>;

  /** `Absent` where the cloud has no such template. */
  readonly getTemplate: (clusterId: string, name: string, signal: AbortSignal) => Promise<AddonTemplate | "Absent">;

  /** One request, never repeated by itself. AlreadyExists where the cluster has an instance of the template. */
  readonly create: (clusterId: string, request: AddonRequest, permit: WritePermit) => Promise<Created>;

  /** Version and values, whole. NotFound where there is no such instance. */
  readonly update: (clusterId: string, id: string, request: AddonRequest, permit: WritePermit) => Promise<void>;
}
