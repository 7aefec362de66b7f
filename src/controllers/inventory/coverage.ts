// Whose resources an inventory's resource is about, and under which of its ids a cluster is known there. Pure but for the caches it
// looks into.
import { Reason } from "../../crds/common/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { selects, type Selector } from "./selector.ts";

/** What an InventorySink and an AlarmSource declare alike. */
export interface CoverageSpec {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly namespaces?: readonly string[] | undefined;
    readonly clusterIds?: readonly { readonly namespace: string; readonly id: string }[] | undefined;
    readonly selector?: Selector | undefined;
  };
}

export interface CoverageDeps {
  /** Where a resource may be about others' resources. */
  readonly platformNamespace: string;
  /** By "namespace/name". */
  readonly cluster: (key: string) => ManagedCluster | undefined;
}

export class Coverage {
  readonly #own: string;
  readonly #namespaces: ReadonlySet<string>;
  readonly #claims: ReadonlySet<string>;
  readonly #selector: Selector | undefined;
  readonly #cluster: CoverageDeps["cluster"];

  /** Throws TerminalError NamespaceNotAllowed where it reaches beyond its namespace and may not. */
  constructor({ metadata, spec }: CoverageSpec, { platformNamespace, cluster }: CoverageDeps) {
    this.#own = metadata.namespace;
    this.#namespaces = new Set(spec.namespaces ?? [this.#own]);
    const others = [...this.#namespaces].filter((namespace) => namespace !== this.#own);
    if (others.length > 0 && this.#own !== platformNamespace) throw notAllowed(this.#own, others, platformNamespace);
    this.#claims = new Set((spec.clusterIds ?? []).map(({ namespace, id }) => `${namespace}/${id}`));
    this.#selector = spec.selector;
    this.#cluster = cluster;
  }

  get coversAll(): boolean {
    return this.#namespaces.has("*");
  }

  /** Those named; of "*" none. */
  get namespaces(): readonly string[] {
    return [...this.#namespaces].filter((namespace) => namespace !== "*");
  }

  coversNamespace(namespace: string): boolean {
    return this.coversAll || this.#namespaces.has(namespace);
  }

  covers({ metadata }: Managed): boolean {
    return this.coversNamespace(metadata.namespace ?? "") && selects(this.#selector, metadata.labels);
  }

  /**
   * The id of the cluster that the resource is, or is in: where it has one, and its claim of it is believed. A cluster of another
   * namespace may not say by itself that it is one that somebody else knows.
   */
  clusterIdOf(resource: Managed): string | undefined {
    const cluster =
      resource.kind === "ManagedCluster" ? (resource as ManagedCluster & Managed) : this.#hostOf(resource);
    const id = cluster?.spec.inventoryClusterId;
    if (id === undefined || cluster === undefined) return undefined;
    const { namespace } = cluster.metadata;
    return namespace === this.#own || this.#claims.has(`${namespace}/${id}`) ? id : undefined;
  }

  #hostOf({ spec, metadata }: Managed): ManagedCluster | undefined {
    const { clusterRef } = spec as { readonly clusterRef?: { readonly name: string } };
    return clusterRef && this.#cluster(`${metadata.namespace}/${clusterRef.name}`);
  }
}

function notAllowed(own: string, others: readonly string[], platformNamespace: string): TerminalError {
  const message =
    `spec.namespaces names ${others.toSorted().slice(0, 3).join(", ")}, and only a resource in the platform namespace ` +
    `${platformNamespace} (yunfan run --platform-namespace) may reach beyond its own, ${own}. Leave it out, or move the resource there`;
  return new TerminalError({ reason: Reason.NamespaceNotAllowed, message });
}
