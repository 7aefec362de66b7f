// Wire formats of the CTYUN registry (API reference 3.10), read leniently: the reference mixes several eras of Harbor.
import * as z from "zod";
import { instant, listOf } from "../kit/wire.ts";
import type { PullCredentials, RegistryProject, Repository, Tag, Visibility } from "../facets/registry.ts";

/** Harbor's role "project admin" of the calling account in a project. */
const ROLE_PROJECT_ADMIN = 1;

/** Of 64 bits. */
const identifier = z.union([z.number(), z.bigint(), z.string().min(1)]).transform(String);

const integer = z.coerce.number().int().nonnegative();

/** Written as 1 (3.10.2), as "true" (3.10.1) and as a real boolean by later Harbors. */
const flag = z
  .union([z.literal([true, false, 1, 0]), z.enum(["true", "false", "1", "0"])])
  .transform((value) => value === true || value === 1 || value === "true" || value === "1");

/** One entry of GET /registry/api/projects (3.10.2); undefined for one that is marked as deleted. */
const project = z
  .object({
    project_id: identifier,
    name: z.string().min(1),
    public: flag.optional(),
    metadata: z.object({ public: flag.optional() }).nullish(),
    deleted: flag.default(false),
    creation_time: z.string().default(""),
    current_user_role_id: z.coerce.number().default(0),
    repo_count: integer.default(0),
  })
  .transform((wire, context): RegistryProject | undefined => {
    const isPublic = wire.public ?? wire.metadata?.public;
    if (isPublic === undefined) {
      context.addIssue({ code: "custom", message: "neither public nor metadata.public", path: ["public"] });
      return z.NEVER;
    }
    if (wire.deleted) return undefined;
    return {
      id: wire.project_id,
      name: wire.name,
      visibility: isPublic ? "Public" : "Private",
      mine: wire.current_user_role_id === ROLE_PROJECT_ADMIN,
      createdAtMs: instant(wire.creation_time),
      repositoryCount: wire.repo_count,
    };
  });

export const projectPage = listOf(project);

/** GET /registry/api/repositories (3.10.3): `name` is project/image. */
export const repositoryPage = listOf(
  z
    .object({ name: z.string().min(1), tags_count: integer.default(0) })
    .transform((wire): Repository => ({ name: withoutProject(wire.name), tagCount: wire.tags_count })),
);

/** GET /registry/api/repositories/{project}/{image}/tags (3.10.4). */
export const tagList = listOf(
  z
    .object({ name: z.string().min(1), digest: z.string().default("") })
    .transform((wire): Tag => ({ name: wire.name, digest: wire.digest })),
);

/** GET /namespaces/{namespace}/images/auth (3.10.5). The password looks like base64 and is not to be decoded. */
export const imagesAuth = z
  .object({ UserName: z.string().min(1), Password: z.string().min(1), RegistryUrl: z.string().min(1) })
  .transform((wire): PullCredentials => ({
    registry: wire.RegistryUrl.replace(/^https?:\/\//i, "").replace(/\/+$/, ""),
    username: wire.UserName,
    password: wire.Password,
  }));

/** The body of PUT (3.10.6), and part of that of POST (3.10.1): the flag is a text, not a boolean. */
export function visibilityBody(visibility: Visibility): { metadata: { public: "true" | "false" } } {
  return { metadata: { public: visibility === "Public" ? "true" : "false" } };
}

/** A project's name holds no slash, an image's may. */
function withoutProject(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}
