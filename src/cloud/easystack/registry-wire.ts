// Wire formats of image workspaces and images (1.7, 1.9).
import * as z from "zod";
import type { RegistryProject } from "../facets/registry.ts";
import { listOf, optionalText, text } from "../kit/wire.ts";
import type { ProjectNames } from "./organisation.ts";
import { certainInstant } from "./times.ts";
import { flag, whole } from "./wire.ts";

/** Whose a workspace or an image is. */
const owner = z.object({ domain_name: optionalText, openstack_project_name: optionalText }).nullish().catch(undefined);

const workspace = z.object({
  harbor_project_name: z.string().min(1),
  public: flag,
  creation_time: text,
  image_count: whole.catch(0),
  domain_project_info: owner,
});

type WorkspaceOnWire = z.output<typeof workspace>;

export const workspacePage = z.object({ harbor_projects: listOf(workspace) }).transform((page) => page.harbor_projects);

const image = z.object({
  name: z.string().min(1),
  harbor_project_name: z.string().min(1),
  tags_count: whole.catch(0),
  description: text,
});

export type ImageOnWire = z.output<typeof image>;

export const imagePage = z.object({ images: listOf(image) }).transform((page) => page.images);

/** A workspace that was read by its name, with the images in it. */
export const workspaceDetail = z.object({ harbor_project: workspace, images: listOf(image) });

const tag = z.object({
  tag_name: z.string().min(1),
  creation_time: text,
  size: z.union([z.number(), z.bigint().transform(Number), z.coerce.number()]).catch(Number.NaN),
});

export type TagOnWire = z.output<typeof tag>;

export const tagList = z.object({ tags: listOf(tag) }).transform((list) => list.tags);

/** "How much room an image takes, and how often it was downloaded" (1.9). */
export const imageUsage = z.object({
  size: z.union([z.number(), z.bigint().transform(Number), z.coerce.number()]),
  pull_count: whole.catch(0),
});

export const login = z.object({
  username: z.string().min(1),
  password: z.string().min(1),
  harbor_domain: text,
  public_vip: text,
});

/** Whether the cloud tells whose it is. */
export function tellsOwner({ domain_project_info: info }: WorkspaceOnWire): boolean {
  return info?.openstack_project_name !== undefined;
}

/** Ours is what the account's project owns; where the cloud does not tell, what is private, for others' private ones are not shown. */
export function workspaceOf(wire: WorkspaceOnWire, ours: ProjectNames): RegistryProject {
  const { harbor_project_name: name, creation_time: time, public: isPublic, domain_project_info: info } = wire;
  return {
    id: name,
    name,
    visibility: isPublic ? "Public" : "Private",
    mine: info && tellsOwner(wire) ? isOf(info, ours) : !isPublic,
    createdAtMs: certainInstant(time),
    incarnation: time === "" ? undefined : time,
    repositoryCount: wire.image_count,
  };
}

/** Names of projects are unique within a department. */
function isOf(info: NonNullable<z.output<typeof owner>>, { projectName, domainName }: ProjectNames): boolean {
  const isOurDomain = info.domain_name === undefined || domainName === undefined || info.domain_name === domainName;
  return isOurDomain && info.openstack_project_name === projectName;
}
