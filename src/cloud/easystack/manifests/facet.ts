// The manifests facet of EasyStack: into its clusters, by the way that a set asks for.
import type { Clock } from "../../../lib/clock.ts";
import { CloudError } from "../../errors.ts";
import type { ManifestsFacet } from "../../facets/manifests.ts";
import type { NamespacesFacet } from "../../facets/namespaces.ts";
import { readBlock } from "../../kit/settings.ts";
import type { AccountOptions } from "../blocks.ts";
import { manifests as block } from "../blocks-manifests.ts";
import type { ProjectClient } from "../client.ts";
import type { EasyStackClusters } from "../clusters.ts";
import type { Places } from "../places/places.ts";
import type { SharedReads } from "../places/shared-reads.ts";
import type { Place } from "../places/turn.ts";
import { balancersLeft } from "./balancers-left.ts";
import { FormsChannel } from "./forms/channel.ts";
import { Knowledge } from "./forms/known.ts";
import { Astray, Creates } from "./astray.ts";
import { AutoscalerObjects } from "./autoscaler-objects.ts";
import { Looks } from "./looks.ts";
import { WorkloadOperations } from "./operations/operations.ts";
import { volumeTypeList } from "./preflight.ts";
import { YamlChannel } from "./yaml-channel.ts";

interface FacetDeps {
  readonly client: ProjectClient;
  readonly clusters: Pick<EasyStackClusters, "get" | "places">;
  readonly namespaces: NamespacesFacet;
  readonly places: Places;
  readonly reads: SharedReads;
  readonly clock: Clock;
  readonly account: AccountOptions;
}

export function easystackManifests(deps: FacetDeps): ManifestsFacet {
  const { client, account } = deps;
  const knowledge = new Knowledge({ client, registryAddress: account.registryAddress ?? "Domain" });
  const creates = new Creates();
  return {
    intoClusters: "Always",
    open({ clusterId: cluster = "", options }) {
      const asked = readBlock("spec.easystack", block, options);
      const { product = "eks", forceDelete: isForced = false, workloads = [], services = [] } = asked;
      const address = (signal: AbortSignal): Promise<string> => addressOf(deps, cluster, signal);
      const looksIn = (id: string): Looks =>
        new Looks({
          ...deps,
          cluster: id,
          product,
          address: (signal) => addressOf(deps, id, signal),
          lacksNamespace: (place, signal) => lacksNamespace(deps, place, signal),
        });
      const looks = looksIn(cluster);
      const astray = new Astray({
        clock: deps.clock,
        cluster,
        product,
        isForced,
        looksIn,
        addressOf: (id, signal) => addressOf(deps, id, signal),
        placesThere: deps.clusters.places,
        keepApart: () => deps.places.keepApart(),
        creates,
      });
      const volumeTypes = async (signal: AbortSignal): Promise<readonly string[]> => {
        const { value } = await client.read({ operation: "ListVolumeTypes", product, signal }, volumeTypeList);
        return value;
      };
      const yaml = new YamlChannel({
        looks,
        astray,
        autoscalers: new AutoscalerObjects(looks),
        operations: new WorkloadOperations({ looks, options: asked }),
        residue: balancersLeft({ client, address }),
        cluster,
        product,
        isForced,
        address,
        yamlBody: account.yamlBody ?? "Field",
        volumeTypes,
      });
      if (asked.route !== "Forms") return yaml;
      const beside = { workloads, services };
      return new FormsChannel({ yaml, looks, astray, knowledge, client, cluster, address, volumeTypes, beside });
    },
  };
}

async function addressOf({ clusters }: FacetDeps, cluster: string, signal: AbortSignal): Promise<string> {
  const found = await clusters.get(cluster, signal);
  if (found !== "Absent") return found.endpoints?.internal ?? "";
  throw new CloudError("NotFound", { message: `There is no cluster ${cluster}`, advice: "" });
}

/** By both calls that tell of namespaces without standing in one (1.12, 1.13). A cluster that is not there tells nothing of what is in it. */
async function lacksNamespace(
  { clusters, namespaces }: FacetDeps,
  { cluster, namespace }: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const host = await clusters.get(cluster, signal);
  if (host === "Absent") return false;
  const inCluster = namespaces.in({ ...host, type: host.type ?? "", options: {} });
  return (await inCluster.look(`${cluster}/${namespace}`, signal)) === "Absent";
}
