// The addons facet of CCE (API Reference, Add-on Management): a service of its own for each cluster.
import { lookBy, type Created, type Readable, type WritePermit } from "../collection.ts";
import type { Addon, AddonRequest, AddonsFacet, AddonTemplate } from "../facets/addons.ts";
import { addon, addonBody, addonList, templateList, templateOf } from "./addon-wire.ts";
import type { HuaweiClient } from "./client.ts";
import { pathOf } from "../kit/uri.ts";
import type { QueryItem } from "../kit/uri.ts";
import { listed } from "../kit/lists.ts";
import { created } from "./wire.ts";

export class HuaweiAddons implements AddonsFacet {
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  readonly in = (clusterId: string): Readable<Addon> => {
    /** 4.3.5. */
    const get = async (id: string, signal: AbortSignal): Promise<Addon | "Absent"> => {
      const call = { operation: "GetAddon", method: "GET", ...addonAddress(clusterId, id), signal } as const;
      return this.#client.find(call, addon);
    };
    return {
      /** 4.3.6: one answer with all. */
      list: async (signal) => {
        const call = { operation: "ListAddons", method: "GET", ...addonAddress(clusterId), signal } as const;
        const { value, answer } = await this.#client.read(call, addonList);
        return listed(value.items, answer);
      },
      get,
      look: lookBy(get),
      /** 4.3.4. */
      remove: async (id, { signal }) => {
        await this.#client.send({ operation: "DeleteAddon", method: "DELETE", ...addonAddress(clusterId, id), signal });
        return {};
      },
      isLeaving: ({ phase }) => phase === "Deleting",
      // Nothing of ours can be put on an instance. Asked of an open create's template alone, and that create's journal was opened
      // where two lists showed none of it.
      bearsMark: () => true,
      /** A second one of a template is refused. */
      resendIsSafe: true,
      /** UUIDs. */
      idsAreUniversal: true,
    };
  };

  /** 4.3.2: a list of one, or of none. */
  readonly getTemplate = async (
    clusterId: string,
    name: string,
    signal: AbortSignal,
  ): Promise<AddonTemplate | "Absent"> => {
    const call = {
      operation: "GetAddonTemplate",
      method: "GET",
      addonsOf: clusterId,
      path: pathOf("addontemplates"),
      query: [["addon_template_name", name]],
      signal,
    } as const;
    const list = await this.#client.find(call, templateList);
    if (list === "Absent") return list;
    const projectId = await this.#client.projectId(signal);
    return templateOf(list, name, { projectId, clusterId }) ?? "Absent";
  };

  /** 4.3.1. */
  readonly create = async (clusterId: string, request: AddonRequest, { signal }: WritePermit): Promise<Created> => {
    const call = {
      operation: "InstallAddon",
      method: "POST",
      addonsOf: clusterId,
      path: pathOf("addons"),
      body: addonBody("install", clusterId, request),
      signal,
    } as const;
    const { value } = await this.#client.read(call, created);
    return { id: value.metadata.uid };
  };

  /** 4.3.3. */
  readonly update = async (
    clusterId: string,
    id: string,
    request: AddonRequest,
    { signal }: WritePermit,
  ): Promise<void> => {
    await this.#client.send({
      operation: "UpgradeAddon",
      method: "PUT",
      addonsOf: clusterId,
      path: pathOf("addons", id),
      body: addonBody("upgrade", clusterId, request),
      signal,
    });
  };
}

/** All but the two with a body name the cluster in the query. */
function addonAddress(
  clusterId: string,
  ...id: readonly string[]
): { addonsOf: string; path: string; query: readonly QueryItem[] } {
  return { addonsOf: clusterId, path: pathOf("addons", ...id), query: [["cluster_id", clusterId]] };
}
