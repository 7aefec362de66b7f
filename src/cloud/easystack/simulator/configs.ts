// Configurations (1.4): ConfigMaps by form.
import * as z from "zod";
import { appSelector } from "./app-labels.ts";
import { inBatch } from "./batch.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft } from "./kube/manifest.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { bodyOf, deleted, ok, part, stamp } from "./wire.ts";

export const configMap = z.object({ name: z.string(), config: z.record(z.string(), z.coerce.string()) });

const body = z.object({ configmap: configMap });

export function configOperations({ rules }: Ecns): Operations {
  return {
    40: {
      empty: { configmaps: [] },
      handle: async (request) => {
        const found = await request.objects().list("ConfigMap", appSelector(request));
        const shown = found.map((map) => ({
          name: map.metadata.name,
          keys: keysOf(map),
          creation_time: stamp(rules, map.metadata.creationTimestamp),
        }));
        return ok({ configmaps: shown });
      },
    },
    41: async (request) => {
      const map = await request.objects().require("ConfigMap", part(request.call, "name"));
      return ok({ keys: keysOf(map) });
    },
    42: async (request) => {
      const { configmap } = bodyOf(request.call, body);
      await request
        .objects()
        .create(draft("ConfigMap", { name: part(request.call, "name") }, { data: configmap.config }));
      return ok();
    },
    43: async (request) => {
      const map = await request.objects().require("ConfigMap", part(request.call, "name"));
      return ok({ configmap: { name: map.metadata.name, config: map.data ?? {} } });
    },
    44: async (request) => {
      const { configmap } = bodyOf(request.call, body);
      await request.objects().update("ConfigMap", part(request.call, "name"), (map) => {
        map.data = { ...(rules.patch === "Merge" && map.data), ...configmap.config };
      });
      return ok();
    },
    45: async (request) => {
      const { configmaps } = bodyOf(request.call, z.object({ configmaps: z.array(z.string()) }));
      const objects = request.objects();
      await inBatch(rules, configmaps, (name) => objects.remove("ConfigMap", name));
      return deleted(rules);
    },
  };
}

function keysOf({ data, binaryData }: Typed<"ConfigMap">): string[] {
  return Object.keys({ ...data, ...binaryData });
}
