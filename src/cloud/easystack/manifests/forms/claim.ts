// A PersistentVolumeClaim (1.15, "pvc" of 1.20).
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { Fields, type Read } from "./fields.ts";
import { metadataOf, toMetadata } from "./metadata.ts";
import { storageOf, toCapacity } from "./volumes.ts";

export const claimForm = z.object({
  name: z.string(),
  storage_class_name: z.string(),
  capacity: z.coerce.string(),
  access_modes: z.array(z.string()).nullish(),
});

type ClaimForm = z.output<typeof claimForm>;

const MODES = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"];

/** Pure. Labels and annotations follow as YAML. */
export function toClaim(manifest: Manifest): Read<ClaimForm> {
  return Fields.read(manifest, (object) => {
    const { name } = toMetadata(object);
    const spec = object.object("spec", (fields) => {
      fields.usual({ volumeMode: "Filesystem" });
      // The cluster writes it once it is bound.
      const modes = fields.words("accessModes") ?? [];
      if (modes.length === 0 || modes.some((mode) => !MODES.includes(mode))) {
        fields.refuse("accessModes", `the form takes ${MODES.join(", ")}`);
      }
      const storage_class_name =
        fields.text("storageClassName") ?? fields.refuse("storageClassName", "the form wants one") ?? "";
      const capacity = fields.object("resources", (resources) => resources.object("requests", toCapacity));
      if (capacity === undefined) fields.refuse("resources", "the form wants requests.storage");
      return { storage_class_name, capacity: capacity ?? "", access_modes: [...modes] };
    });
    if (spec === undefined) object.refuse("spec", "the form wants one");
    return { name, ...(spec ?? { storage_class_name: "", capacity: "" }) };
  });
}

export function claimOf({ name, storage_class_name, capacity, access_modes }: ClaimForm): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: metadataOf(name),
    spec: {
      accessModes: access_modes ?? [],
      storageClassName: storage_class_name,
      resources: { requests: { storage: storageOf(capacity) } },
    },
  };
}
