// The image of a container (1.21): one address in a manifest, workspace, address and version in a form.
import * as z from "zod";
import { compact, type Fields } from "./fields.ts";

const PULL_POLICIES = ["Always", "IfNotPresent"] as const;

const optional = z.string().nullish();

export const imageForm = z.object({
  harbor_project_name: optional,
  image: z.string(),
  image_version: optional,
  image_auth: z.boolean().nullish(),
  image_secret: optional,
  image_pull_policy: optional,
});

export type ImageForm = z.output<typeof imageForm>;

export interface ImageParts {
  readonly image: ImageForm;
  readonly image_source: "ecns" | "third_party";
}

const LATEST = "latest";

/** `registry`: the address of the cloud's own registry, by which its images are known; undefined where nobody has asked for it. */
export function toImage(
  container: Fields,
  { registry, secret }: { readonly registry: string | undefined; readonly secret: string | undefined },
): ImageParts {
  const reference = container.text("image") ?? container.refuse("image", "the form wants one") ?? "";
  if (reference.includes("@")) container.refuse("image", "the form has an image by its version alone, not by a digest");
  const { address, version } = partsOf(reference);
  const [host = "", workspace] = address.split("/");
  const isOwn = registry !== undefined && host === registry && workspace !== undefined;
  const image = compact({
    harbor_project_name: isOwn ? workspace : undefined,
    image: address,
    image_version: version,
    image_auth: secret !== undefined,
    image_secret: secret ?? "",
    image_pull_policy: container.word("imagePullPolicy", PULL_POLICIES),
  });
  return { image, image_source: isOwn ? "ecns" : "third_party" };
}

/** One of the own registry may be shown without the registry, or without its workspace too. */
export function imageOf({ image, image_source: source }: ImageParts, registry: string | undefined): string {
  const { harbor_project_name: workspace, image: shown, image_version: version } = image;
  const tagged = (address: string): string => `${address}:${version || LATEST}`;
  if (source !== "ecns" || registry === undefined || shown.startsWith(`${registry}/`)) return tagged(shown);
  const isPlaced = !workspace || shown.startsWith(`${workspace}/`);
  return tagged([registry, ...(isPlaced ? [] : [workspace]), shown].join("/"));
}

/** A colon before a slash is a port's. */
function partsOf(reference: string): { address: string; version: string } {
  const at = reference.lastIndexOf(":");
  if (at <= reference.lastIndexOf("/")) return { address: reference, version: LATEST };
  return { address: reference.slice(0, at), version: reference.slice(at + 1) };
}
