// What the cloud says once for all translations: the address of its registry (1.9), and which capabilities containers have and may be given (1.13).
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import type { ProjectClient } from "../../client.ts";
import { told } from "../../told.ts";
import type { Known } from "./containers.ts";
import { capabilityName, type Capabilities } from "./security.ts";

interface KnownDeps {
  readonly client: ProjectClient;
  /** Which of its two addresses images are named by. */
  readonly registryAddress: "Domain" | "PublicVip";
}

const login = z.object({ harbor_domain: z.string().nullish(), public_vip: z.string().nullish() });
const capabilities = z.object({ capabilities: z.array(z.string()) });

export class Knowledge {
  readonly #deps: KnownDeps;
  #registry: { readonly address: string | undefined } | undefined;
  #capabilities: Capabilities | undefined;

  constructor(deps: KnownDeps) {
    this.#deps = deps;
  }

  /** As far as that manifest needs it: asked for once, and remembered. Throws CloudError. */
  async of(manifest: Manifest, signal: AbortSignal): Promise<Known> {
    const text = JSON.stringify(manifest["spec"] ?? {}, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    const registry = text.includes('"image"') ? await this.#address(signal) : undefined;
    const some = text.includes('"capabilities"') ? await this.#settable(signal) : undefined;
    return { ...(registry !== undefined && { registry }), ...(some && { capabilities: some }) };
  }

  /** Undefined where the cloud has none, or does not tell of it: then every image is a stranger's. */
  async #address(signal: AbortSignal): Promise<string | undefined> {
    if (this.#registry === undefined) {
      const answer = await told(this.#deps.client.read({ operation: "GetRegistryLogin", signal }, login));
      const { harbor_domain: domain, public_vip: vip } = answer?.value ?? {};
      this.#registry = { address: (this.#deps.registryAddress === "PublicVip" ? vip : domain) || undefined };
    }
    return this.#registry.address;
  }

  async #settable(signal: AbortSignal): Promise<Capabilities> {
    if (this.#capabilities === undefined) {
      const { client } = this.#deps;
      const named = async (operation: "ListInitialCapabilities" | "ListSettableCapabilities"): Promise<Set<string>> => {
        const { value } = await client.read({ operation, signal }, capabilities);
        return new Set(value.capabilities.map(capabilityName));
      };
      const [initial, settable] = await Promise.all([
        named("ListInitialCapabilities"),
        named("ListSettableCapabilities"),
      ]);
      this.#capabilities = { initial, settable };
    }
    return this.#capabilities;
  }
}
