// The metadata of an object: names and labels, which forms carry, and annotations, which follow as YAML where no form has any.
import type { Manifest } from "../../../facets/manifests.ts";
import type { Fields } from "./fields.ts";

interface Metadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads what stands above an object's spec. */
export function toMetadata(object: Fields): Metadata {
  object.elsewhere("apiVersion", "kind", "status");
  const read = object.object("metadata", (metadata) => {
    metadata.elsewhere("namespace", ...SERVERS);
    return {
      name: metadata.text("name") ?? "",
      labels: metadata.texts("labels") ?? {},
      annotations: metadata.texts("annotations") ?? {},
    };
  });
  return read ?? { name: "", labels: {}, annotations: {} };
}

/** What the server writes, in an object that is read back. */
const SERVERS = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"] as const;

/** Of a template: labels and annotations follow as YAML. */
export function skipTemplateMetadata(holder: Fields): void {
  holder.object("metadata", (metadata) => {
    metadata.elsewhere("creationTimestamp");
    metadata.texts("labels");
    metadata.texts("annotations");
  });
}

/** Of a template that nothing changes: no more than the object's own labels, which the cloud may give to both. */
export function toFixedTemplateMetadata(holder: Fields, own: Readonly<Record<string, string>>): void {
  holder.object("metadata", (metadata) => {
    metadata.elsewhere("creationTimestamp");
    const labels = Object.entries(metadata.texts("labels") ?? {});
    if (labels.some(([name, value]) => own[name] !== value)) {
      metadata.refuse("labels", "the form has none but those of the object, in metadata.labels");
    }
  });
}

/** Metadata as a form shows it. */
export function metadataOf(
  name: string,
  {
    labels,
    annotations,
  }: { labels?: Readonly<Record<string, string>> | null; annotations?: Readonly<Record<string, string>> | null } = {},
): Manifest["metadata"] {
  return {
    name,
    ...(labels && Object.keys(labels).length > 0 && { labels }),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
  };
}
