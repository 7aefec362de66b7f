// The list of clusters, which each dialect has in its own place: of the whole account (2.10), or of a region.
import { z } from "zod";
import { pathOf } from "../kit/uri.ts";
import type { AckClient, Call } from "./client.ts";

const accountList = z.array(z.unknown()).nullable();
const regionList = z.object({ clusters: z.array(z.unknown()).nullish() });

/** The cheapest read that needs endpoint, region and credentials, and changes nothing. */
export async function readAnyCluster(client: AckClient, signal: AbortSignal): Promise<void> {
  if (client.dialect === "Reference") await client.read(accountCall(signal), accountList);
  else await client.read(regionCall(client, { page: 1, size: 1 }, signal), regionList);
}

/** 2.10: one answer with all. */
function accountCall(signal: AbortSignal): Call {
  return { operation: "DescribeClusters", method: "GET", path: pathOf("clusters"), signal };
}

function regionCall(
  { region }: AckClient,
  { page, size }: { readonly page: number; readonly size: number },
  signal: AbortSignal,
): Call {
  const query = [
    ["page_number", String(page)],
    ["page_size", String(size)],
  ] as const;
  const path = pathOf("regions", region, "clusters");
  return { operation: "DescribeClustersForRegion", method: "GET", path, query, signal };
}
