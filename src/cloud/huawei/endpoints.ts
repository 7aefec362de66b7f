// Which hosts an account's requests go to (CCE API Reference 3.1 and 7.8: service.region.domain).
import { isIP } from "node:net";
import type { AccountSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { parseEndpoint, type Endpoint } from "../http/endpoint.ts";
import type { AccountOptions } from "./blocks.ts";

const PUBLIC_CLOUD = "myhuaweicloud.com";

export interface Endpoints {
  readonly cce: Endpoint;
  /** The identity service: tokens and projects. */
  readonly iam: Endpoint;
  /** The add-on service of one cluster. Throws CloudError Rejected where the id can't be part of a host's name. */
  addons(clusterId: string): Endpoint;
}

/**
 * Throws CloudError EndpointRequired where neither endpoint nor region is given, Rejected where one can't be used.
 *
 * IAM by default: `cce.` at the beginning of the endpoint's host becomes `iam.`, because a region's services share the rest of
 * their names; at any other host it is asked at the endpoint itself, which is then a gateway for both.
 */
export function endpointsOf(settings: AccountSettings, options: AccountOptions): Endpoints {
  const { tls } = settings;
  const url = settings.endpoint ?? regionalEndpoint(settings.region);
  const cce = parseEndpoint(url, tls);
  const iam = parseEndpoint(
    options.iamEndpoint ?? url?.replace(/^(https?:\/\/)cce\./i, "$1iam."),
    tls,
    "spec.huawei.iamEndpoint",
  );
  const { addonEndpoint } = options;
  if (addonEndpoint === undefined) return { cce, iam, addons: (clusterId) => clusterHost(cce, clusterId) };
  const addons = parseEndpoint(addonEndpoint, tls, "spec.huawei.addonEndpoint");
  return { cce, iam, addons: () => addons };
}

function regionalEndpoint(region: string | undefined): string | undefined {
  if (region === undefined || region === "") return undefined;
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/i.test(region)) {
    throw new CloudError("Rejected", { message: "spec.region is not the name of a region: correct it", advice: "" });
  }
  return `https://cce.${region}.${PUBLIC_CLOUD}`;
}

/** `{clusterid}.Endpoint`. No such host exists below an address or localhost: there X-Cluster-ID alone says which cluster. */
function clusterHost(cce: Endpoint, clusterId: string): Endpoint {
  const { hostname, protocol } = new URL(cce.origin);
  if (hostname === "localhost" || isIP(hostname.replaceAll(/[[\]]/g, "")) !== 0) return cce;
  // It may come from spec.externalId: anything else than one label would send our credentials to somebody else's host.
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(clusterId)) {
    throw new CloudError("Rejected", { message: `${JSON.stringify(clusterId)} is not the id of a cluster` });
  }
  const host = `${clusterId.toLowerCase()}.${cce.host}`;
  return { ...cce, host, origin: `${protocol}//${host}` };
}
