// A StorageClass (1.20): a form has its type of volume alone; the cloud makes the rest.
import type { Manifest } from "../../../facets/manifests.ts";
import { Fields, type Read } from "./fields.ts";
import { toMetadata } from "./metadata.ts";

interface ClassForm {
  readonly name: string;
  readonly volumeType: string;
}

/** Pure. Labels and annotations follow as YAML; what the cloud makes of provisioner and policies is compared once it has. */
export function toClass(manifest: Manifest): Read<ClassForm> {
  return Fields.read(manifest, (object) => {
    const { name } = toMetadata(object);
    object.elsewhere("provisioner");
    object.usual({ reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });
    const volumeType = object.object("parameters", (parameters) => parameters.text("type"));
    if (volumeType === undefined) object.refuse("parameters", "the form wants parameters.type");
    return { name, volumeType: volumeType ?? "" };
  });
}
