// The image of a container: one address in a manifest, workspace, name and version in a form (1.21).
import type { Container } from "../kube/manifest.ts";
import * as z from "zod";
import { REGISTRY_DOMAIN } from "../registry.ts";

export const image = z.object({
  harbor_project_name: z.string().nullish(),
  image: z.string().min(1),
  image_version: z.string().min(1),
  image_auth: z.boolean().nullish(),
  image_secret: z.string().nullish(),
  image_pull_policy: z.enum(["Always", "IfNotPresent"]).nullish(),
});

type ImageForm = z.output<typeof image>;

/** An image of the own registry is named with its workspace, and without the registry's address or with it. */
export function referenceOf(form: ImageForm, source: string | null | undefined): string {
  const isOwn = source === "ecns" && !form.image.includes(REGISTRY_DOMAIN);
  const path = [REGISTRY_DOMAIN, form.harbor_project_name, form.image].filter(Boolean).join("/");
  return `${isOwn ? path : form.image}:${form.image_version}`;
}

export function sourceOf(reference: string | undefined): "ecns" | "third_party" {
  return reference?.startsWith(`${REGISTRY_DOMAIN}/`) ? "ecns" : "third_party";
}

/** `secret` is the pod's: a form has one for each image. */
export function imageOnWire(
  { image: reference = "", imagePullPolicy = "IfNotPresent" }: Container,
  secret?: string,
): object {
  const { address, version } = partsOf(reference);
  const rest = { image_auth: secret !== undefined, image_secret: secret ?? "", image_pull_policy: imagePullPolicy };
  if (sourceOf(reference) === "third_party") return { image: address, image_version: version, ...rest };
  const [workspace, ...path] = address.slice(REGISTRY_DOMAIN.length + 1).split("/");
  return { harbor_project_name: workspace, image: path.join("/"), image_version: version, ...rest };
}

/** A colon before a slash is a port's. */
function partsOf(reference: string): { address: string; version: string } {
  const at = reference.lastIndexOf(":");
  if (at <= reference.lastIndexOf("/")) return { address: reference, version: "latest" };
  return { address: reference.slice(0, at), version: reference.slice(at + 1) };
}
