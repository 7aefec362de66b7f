// The script by which machines join a cluster, published as a Secret: it holds a token, and is replaced before that ends.
import type { BlockOptions } from "../../cloud/collection.ts";
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { timestampOf, type Clock } from "../../lib/clock.ts";
import { nameWith } from "../../lib/names.ts";
import { offered } from "../cloudaccount/offers.ts";
import type { SendFirst } from "../external/kind.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { PublisherDeps, SecretRef } from "../publishing/secrets.ts";
import type { ClusterScope } from "./scope.ts";
import { base64, ClusterSecrets, digestOf, SOURCE } from "./secrets.ts";

const TYPE = ManagedClusterCondition.AttachScriptReady;

export class AttachScripts {
  readonly #secrets: ClusterSecrets;
  readonly #clock: Clock;

  constructor(deps: PublisherDeps & { readonly clock: Clock }) {
    this.#secrets = new ClusterSecrets(deps, "the attach script");
    this.#clock = deps.clock;
  }

  /** Returns for how many ms it serves. Throws what making and publishing one throws. */
  async publish(scope: ClusterScope, cluster: Cluster, send: SendFirst): Promise<number> {
    const { visit } = scope;
    const asked = askedOf(scope);
    const place = asked && placeOfScript(visit.object);
    visit.status.attachScriptSecret = place?.name;
    if (!place) {
      delete visit.status.attachScriptExpiresAt;
      return Number.POSITIVE_INFINITY;
    }
    if (visit.object.spec.managementPolicy === "Observe") {
      const message = "spec.managementPolicy is Observe, and a script is made in the cloud";
      visit.state({ type: TYPE, status: "False", reason: Reason.Differs, message });
      return Number.POSITIVE_INFINITY;
    }
    const leftMs = await statingFailure(visit, TYPE, () => this.#publish(scope, cluster, { asked, place, send }));
    const message = `In Secret ${place.name}, key script, until status.attachScriptExpiresAt`;
    visit.state({ type: TYPE, status: "True", reason: Reason.Published, message });
    return leftMs;
  }

  async #publish(
    { visit, facet, place: at }: ClusterScope,
    { id, name }: Cluster,
    { asked, place, send }: { asked: BlockOptions; place: SecretRef; send: SendFirst },
  ): Promise<number> {
    const source = { [SOURCE.clusterId]: id, [SOURCE.wish]: digestOf(asked) };
    const leftMs = await this.#secrets.leftMs(visit, place, source);
    if (leftMs > 0) return leftMs;
    const { make } = offered(at, facet.attachScripts, "the attach script");
    const issuedAtMs = this.#clock.now();
    const change = { verb: "Update", target: `attach script of cluster ${name}`, fields: [] } as const;
    const { script, expiresAtMs } = await send(change, (permit) => make(id, asked, permit));
    visit.status.attachScriptExpiresAt = expiresAtMs === undefined ? undefined : timestampOf(expiresAtMs);
    const contents = { type: "Opaque", data: { script: base64(script) } };
    return this.#secrets.ensure(visit, place, { contents, source, life: { issuedAtMs, expiresAtMs } });
  }
}

/** What the spec asks of a script; undefined where it asks for none. */
export function askedOf({ visit, facet, place }: ClusterScope): BlockOptions | undefined {
  return facet.attachScripts?.asked(place.optionsOf(visit.object.spec));
}

export function placeOfScript({ metadata }: ManagedCluster): SecretRef {
  return { namespace: metadata.namespace, name: nameWith(metadata.name, "-attach-script") };
}
