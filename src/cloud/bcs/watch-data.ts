// Watch data (Watch类数据): values in ZooKeeper, where other modules of BlueKing watch them.
import * as z from "zod";
import type { WatchDataFacet, WatchEntry, WatchKey } from "../facets/inventory.ts";
import { pathOf } from "../kit/uri.ts";
import type { BcsClient } from "./client.ts";
import { rowsOf } from "./client.ts";
import { isAmbiguous } from "./records.ts";
import { watchesPath } from "./paths.ts";

export function watchDataOf(client: BcsClient): WatchDataFacet {
  const pathTo = ({ name, ...scope }: WatchKey): string => watchesPath(scope) + pathOf(name);
  const list: WatchDataFacet["list"] = async (scope, signal) => {
    const call = { operation: "ListWatchData", method: "GET", path: watchesPath(scope), signal } as const;
    const { data } = await client.read(call, rowsOf(z.unknown()));
    return data.flatMap((entry): WatchEntry[] => {
      if (typeof entry !== "string") return [{ data: entry }];
      const name = nameIn(entry, scope.namespace);
      return name === undefined ? [] : [{ name }];
    });
  };
  return {
    list,
    get: async (key, signal) => {
      const call = { operation: "GetWatchData", method: "GET", path: pathTo(key), signal } as const;
      return (await client.read(call, z.unknown())).data;
    },
    put: async (key, data, { signal }) =>
      client.send({ operation: "PutWatchData", method: "PUT", path: pathTo(key), body: { data }, signal }),
    async remove(key, { signal }) {
      try {
        await client.send({ operation: "DeleteWatchData", method: "DELETE", path: pathTo(key), signal });
      } catch (error) {
        // A GET would make a node of it: the list alone may be asked. Of values without names it tells only that there are none.
        if (!isAmbiguous(error) || !isMissing(await list(key, signal), key.name)) throw error;
      }
    },
  };
}

/** ZooKeeper's names: `<namespace>.<name>`, in servers of 2019 of all namespaces. */
function nameIn(entry: string, namespace: string): string | undefined {
  const prefix = `${namespace}.`;
  return entry.startsWith(prefix) ? entry.slice(prefix.length) : undefined;
}

/** A value that we put says its name itself. */
function isMissing(entries: readonly WatchEntry[], name: string): boolean {
  return entries.every((entry) => (entry.name ?? ownName(entry.data)) !== name);
}

const named = z.object({ metadata: z.object({ name: z.string() }) });

function ownName(data: unknown): string | undefined {
  return named.safeParse(data).data?.metadata.name;
}
