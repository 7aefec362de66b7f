// The list of clusters, which each dialect has in its own place: of the whole account (2.10), or of a region.
import * as z from "zod";
import type { Listed } from "../collection.ts";
import type { Cluster } from "../facets/clusters.ts";
import { isLastBy, listed, readPages } from "../kit/lists.ts";
import { pathOf } from "../kit/uri.ts";
import { listOf } from "../kit/wire.ts";
import type { AckClient, Call } from "./client.ts";
import { shownCluster, type ShownCluster } from "./cluster-wire.ts";
import { pageInfo } from "./wire.ts";

/** The most that the public cloud gives; a smaller page is as good. */
const PAGE_SIZE = 100;

const accountList = listOf(shownCluster);
const regionList = z.object({ clusters: listOf(shownCluster), page_info: pageInfo });

/** Those of the account's region, of kinds that Yunfan makes. */
export async function listClusters(client: AckClient, signal: AbortSignal): Promise<Listed<Cluster>> {
  if (client.dialect === "Reference") {
    const { value, answer } = await client.read(accountCall(signal), accountList);
    return listed(seen(client, value), answer);
  }
  const { entries, clockSkewMs } = await readPages("DescribeClustersForRegion", {
    async read(page) {
      const { value, answer } = await client.read(regionCall(client, { page, size: PAGE_SIZE }, signal), regionList);
      return { value: value.clusters, answer, isLast: isLastBy(value.page_info, value.clusters.length) };
    },
    keyOf: ({ cluster }) => cluster.id,
  });
  return { items: seen(client, entries), clockSkewMs };
}

/** The cheapest read that needs endpoint, region and credentials, and changes nothing. */
export async function readAnyCluster(client: AckClient, signal: AbortSignal): Promise<void> {
  if (client.dialect === "Reference") await client.read(accountCall(signal), z.array(z.unknown()).nullable());
  else await client.read(regionCall(client, { page: 1, size: 1 }, signal), regionList);
}

function seen({ region }: AckClient, shown: readonly ShownCluster[]): readonly Cluster[] {
  return shown
    .filter(({ regionId, foreignType, isDeleted }) => regionId === region && foreignType === undefined && !isDeleted)
    .map(({ cluster }) => cluster);
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
