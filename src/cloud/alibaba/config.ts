// What an account's spec and its block mean: where requests go, in which edition of the API, and how they are signed (1.3).
import type { AccountSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { parseEndpoint, type Endpoint } from "../http/endpoint.ts";
import { readBlock } from "../kit/settings.ts";
import { alibaba, type AccountOptions } from "./blocks.ts";
import { signAcs3, signRoa, type Sign } from "./signer.ts";

/** `Reference`: the API reference of September 2019. `V2026`: the public cloud since October 2026. */
export type Dialect = NonNullable<AccountOptions["dialect"]>;

export interface Config {
  readonly endpoint: Endpoint;
  readonly region: string;
  readonly dialect: Dialect;
  readonly signature: { readonly kind: NonNullable<AccountOptions["signature"]>; readonly sign: Sign };
}

const SIGNERS = { Acs3: signAcs3, Roa: signRoa } as const;

/** Throws CloudError EndpointRequired where neither endpoint nor region is given, Rejected where one is missing or can't be used. */
export function configOf(settings: AccountSettings): Config {
  const { dialect = "V2026", ...options } = readBlock(
    "spec.alibaba",
    alibaba.blocks.CloudAccount.schema,
    settings.providerOptions,
  );
  const kind = options.signature ?? (dialect === "Reference" ? "Roa" : "Acs3");
  const endpoint = parseEndpoint(settings.endpoint ?? regionalEndpoint(settings.region), settings.tls);
  return { endpoint, region: regionOf(settings), dialect, signature: { kind, sign: SIGNERS[kind] } };
}

function regionOf({ region }: AccountSettings): string {
  if (region !== undefined && region !== "") return checked(region);
  throw new CloudError("Rejected", { message: "This cloud works in one region: set spec.region", advice: "" });
}

/** Each region has an endpoint of its own; the central one of 1.3 is left to `spec.endpoint`. */
function regionalEndpoint(region: string | undefined): string | undefined {
  return region === undefined || region === "" ? undefined : `https://cs.${checked(region)}.aliyuncs.com`;
}

/** It becomes part of a host's name and of paths: anything else would send our signatures elsewhere. */
function checked(region: string): string {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/i.test(region)) return region;
  throw new CloudError("Rejected", { message: "spec.region is not the name of a region: correct it", advice: "" });
}
