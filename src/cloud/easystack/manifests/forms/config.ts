// A ConfigMap (1.4).
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { Fields, type Read } from "./fields.ts";
import { metadataOf, toMetadata } from "./metadata.ts";

export const configForm = z.object({ name: z.string(), config: z.record(z.string(), z.coerce.string()).nullish() });

type ConfigForm = z.output<typeof configForm>;

/** Pure. Labels and annotations follow as YAML. */
export function toConfig(manifest: Manifest): Read<ConfigForm> {
  return Fields.read(manifest, (object) => {
    const { name } = toMetadata(object);
    object.usual({ immutable: false });
    return { name, config: object.texts("data") ?? {} };
  });
}

export function configOf({ name, config }: ConfigForm): Manifest {
  const data = config ?? {};
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf(name),
    ...(Object.keys(data).length > 0 && { data }),
  };
}
