// The addons facet of CCE (huawei-cce.txt 4.3): a service of its own for each cluster.
import type { Addon, AddonRequest, AddonsFacet, AddonTemplate } from "../facets/addons.ts";
import { addon, addonBody, addonList, templateList, templateOf } from "./addon-wire.ts";
import type { HuaweiClient } from "./client.ts";
import { orAbsent } from "./errors.ts";
import { pathOf } from "./paths.ts";
import type { QueryItem } from "./signer.ts";
import { created } from "./wire.ts";

export class HuaweiAddons implements AddonsFacet {
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  /** 4.3.6: one answer with all. */
  async listAddons(clusterId: string, signal: AbortSignal): Promise<readonly Addon[]> {
    const { value } = await this.#client.read(
      { operation: "ListAddons", method: "GET", ...addonAddress(clusterId), signal },
      addonList,
    );
    return [...new Map(value.items.map((item) => [item.id, item])).values()];
  }

  /** 4.3.5. */
  async getAddon(clusterId: string, id: string, signal: AbortSignal): Promise<Addon | "Absent"> {
    const call = { operation: "GetAddon", method: "GET", ...addonAddress(clusterId, id), signal } as const;
    const found = await orAbsent(this.#client.read(call, addon));
    return found === "Absent" ? found : found.value;
  }

  /** 4.3.2: a list of one, or of none. */
  async getTemplate(clusterId: string, name: string, signal: AbortSignal): Promise<AddonTemplate | "Absent"> {
    const call = {
      operation: "GetAddonTemplate",
      method: "GET",
      addonsOf: clusterId,
      path: pathOf("addontemplates"),
      query: [["addon_template_name", name]],
      signal,
    } as const;
    const found = await orAbsent(this.#client.read(call, templateList));
    return found === "Absent" ? found : (templateOf(found.value, name) ?? "Absent");
  }

  /** 4.3.1. */
  async installAddon(
    clusterId: string,
    request: AddonRequest,
    signal: AbortSignal,
  ): Promise<{ id: string | undefined }> {
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
  }

  /** 4.3.3. */
  async upgradeAddon(clusterId: string, id: string, request: AddonRequest, signal: AbortSignal): Promise<void> {
    await this.#client.send({
      operation: "UpgradeAddon",
      method: "PUT",
      addonsOf: clusterId,
      path: pathOf("addons", id),
      body: addonBody("upgrade", clusterId, request),
      signal,
    });
  }

  /** 4.3.4. */
  async deleteAddon(clusterId: string, id: string, signal: AbortSignal): Promise<void> {
    await this.#client.send({ operation: "DeleteAddon", method: "DELETE", ...addonAddress(clusterId, id), signal });
  }
}

/** All but the two with a body name the cluster in the query. */
function addonAddress(
  clusterId: string,
  ...id: readonly string[]
): { addonsOf: string; path: string; query: readonly QueryItem[] } {
  return { addonsOf: clusterId, path: pathOf("addons", ...id), query: [["cluster_id", clusterId]] };
}
