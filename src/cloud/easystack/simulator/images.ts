// Images and their tags (1.9): lists, detail, description, deletion.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { inBatch } from "./batch.ts";
import {
  deleteTag,
  isVisible,
  REGISTRY_DOMAIN,
  requireImage,
  requireOwn,
  requireVisible,
  requireWritable,
} from "./registry.ts";
import type { Operations } from "./request.ts";
import type { Ecns, EcnsView, ImageTag } from "./state.ts";
import { amend } from "./state.ts";
import { bodyOf, deleted, ok, pageOf, part, query, stamp } from "./wire.ts";
import { ownerOf } from "./owner.ts";

const deletion = z.object({ images: z.array(z.object({ harbor_project_name: z.string(), image_name: z.string() })) });

export function imageOperations(ecns: Ecns): Operations {
  const { store, rules } = ecns;
  return {
    32: {
      empty: { images: [] },
      handle({ call, view }) {
        const wanted = query(call, "public")?.toLowerCase();
        if (wanted === undefined && !rules.cloudAdmin) {
          throw new Refusal(403, "only an administrator may leave it out", "public");
        }
        const all = imageBases(view.list("images"), view, ecns).filter(
          (image) => wanted === undefined || image.public.toLowerCase() === wanted,
        );
        return ok({ images: pageOf(all, call, rules) });
      },
    },
    33: {
      empty: { tags: [] },
      handle({ call, view }) {
        requireVisible(view, part(call, "project"));
        return ok({ tags: requireImage(view, repositoryOf(call)).map((image) => tagOnWire(image, ecns)) });
      },
    },
    34({ call, view }) {
      requireVisible(view, part(call, "project"));
      const tags = requireImage(view, repositoryOf(call));
      const size = tags.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
      return ok({ image_base: imageBases(tags, view, ecns)[0], size, pull_count: 0 });
    },
    37({ call }) {
      requireOwn(ecns, part(call, "project"));
      const { description } = bodyOf(call, z.object({ description: z.string() }));
      for (const { id, description: before } of requireImage(store, repositoryOf(call))) {
        if (before !== description) amend(ecns, "images", id, { description });
      }
      return ok();
    },
    38: async ({ call, effect }) => {
      const { images } = bodyOf(call, deletion);
      requireWritable(ecns);
      await inBatch(rules, images, ({ harbor_project_name: workspace, image_name: image }) => {
        requireOwn(ecns, workspace);
        for (const tag of requireImage(store, `${workspace}/${image}`)) deleteTag(ecns, tag);
        effect.mark();
      });
      return deleted(rules);
    },
    39: async ({ call, effect }) => {
      const { tags } = bodyOf(call, z.object({ tags: z.array(z.string()) }));
      requireOwn(ecns, part(call, "project"));
      requireWritable(ecns);
      const repository = repositoryOf(call);
      await inBatch(rules, tags, (tag) => {
        const image = store.get("images", `${repository}:${tag}`);
        if (image === undefined) throw new Refusal(404, `there is no tag ${tag} of ${repository}`);
        deleteTag(ecns, image);
        effect.mark();
      });
      return deleted(rules);
    },
  };
}

function repositoryOf(call: { readonly params: Readonly<Record<string, string>> }): string {
  return `${call.params["project"]}/${call.params["image"]}`;
}

export interface ImageBase {
  readonly name: string;
  readonly public: string;
  readonly [member: string]: unknown;
}

/** One for each image that the tags are of; images of what is not visible are left out. */
export function imageBases(tags: readonly ImageTag[], view: EcnsView, ecns: Ecns): ImageBase[] {
  const { rules } = ecns;
  const byRepository = Map.groupBy(tags, ({ repository }) => repository);
  return [...byRepository].flatMap(([repository, [oldest, ...others]]) => {
    const [workspaceName = "", ...rest] = repository.split("/");
    const workspace = view.get("projects", workspaceName);
    if (oldest === undefined || workspace === undefined || !(isVisible(workspace) || rules.cloudAdmin)) return [];
    return [
      {
        name: rest.join("/"),
        harbor_project_name: workspaceName,
        creation_time: stamp(rules, oldest.createdAt),
        tags_count: others.length + 1,
        ...(rules.ownerInfo && { domain_project_info: ownerOf(workspace, ecns) }),
        id: repository,
        description: oldest.description,
        // As printed: here with a capital letter, on a workspace without.
        public: workspace.public ? "True" : "False",
      },
    ];
  });
}

function tagOnWire({ repository, tag, sizeBytes, createdAt }: ImageTag, { rules }: Ecns): object {
  return {
    tag_name: tag,
    creation_time: stamp(rules, createdAt),
    size: sizeBytes,
    docker_version: "20.10.7",
    pull_command: `docker pull ${REGISTRY_DOMAIN}/${repository}:${tag}`,
  };
}
