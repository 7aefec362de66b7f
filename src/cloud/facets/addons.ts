// The addons facet: instances of add-on templates in a managed cluster; at most one of a template in a cluster.

/** `Failed`: installing or upgrading failed. `Abnormal`: installed, but not running well. */
export type AddonPhase = "Installing" | "Available" | "Upgrading" | "Abnormal" | "Failed" | "Deleting" | "Unknown";

export interface Addon {
  readonly id: string;
  readonly template: string;
  readonly version: string;
  readonly phase: AddonPhase;
  readonly cloudPhase: string;
  /** Why, in the cloud's words, presentable; empty where it says nothing. */
  readonly message: string;
  /** As the cloud shows them; it may add its own. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface AddonTemplate {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly {
    readonly version: string;
    /** Whether it can be installed in a cluster of that type and version. Pure. */
    readonly fits: (cluster: { readonly type: string | undefined; readonly version: string }) => boolean;
  }[];
}

export interface AddonRequest {
  readonly template: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every method throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface AddonsFacet {
  /** All instances in the cluster. NotFound where there is no such cluster. */
  listAddons(clusterId: string, signal: AbortSignal): Promise<readonly Addon[]>;

  /** `Absent` where the cloud answers that there is no such instance: the proof by id. */
  getAddon(clusterId: string, id: string, signal: AbortSignal): Promise<Addon | "Absent">;

  /** `Absent` where the cloud has no such template. */
  getTemplate(clusterId: string, name: string, signal: AbortSignal): Promise<AddonTemplate | "Absent">;

  /** One request, never repeated by itself. AlreadyExists where the cluster has an instance of the template. */
  installAddon(
    clusterId: string,
    request: AddonRequest,
    signal: AbortSignal,
  ): Promise<{ readonly id: string | undefined }>;

  /** Version and values, whole. NotFound where there is no such instance. */
  upgradeAddon(clusterId: string, id: string, request: AddonRequest, signal: AbortSignal): Promise<void>;

  /** One request; deleting what is gone throws NotFound. */
  deleteAddon(clusterId: string, id: string, signal: AbortSignal): Promise<void>;
}
