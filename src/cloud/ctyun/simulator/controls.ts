// What a colleague can do behind our back: projects of ours and of others, pushed images, rotated pull credentials.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { ApiRefusal, type ApiServer } from "../../simulation/kube/api-server.ts";
import { parseInput } from "../../simulation/refusal.ts";
import type { Identified } from "../../simulation/store.ts";
import type { Registry, RegistryTables } from "./state.ts";
import { addNamespace, addProject, pushImage, setVisibility } from "./state.ts";
import { usageControl } from "./wrapped/prometheus.ts";

/** Here both spellings are fine: it is the cloud's own API that insists on strings. */
const isPublic = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

const newProject = z.strictObject({
  name: z.string(),
  public: isPublic.default(false),
  /** Left out: ours. */
  owner: z.string().min(1).optional(),
  /** Left out: now. Set: a project from before. */
  createdAt: z.iso.datetime().optional(),
});

const projectChange = z.strictObject({ public: isPublic });

const newImage = z.strictObject({
  repository: z.string().regex(/^[^/]+\/.*[^/]$/, "must be project/image"),
  tag: z.string().min(1).default("latest"),
  digest: z.string().optional(),
});

const newNamespace = z.strictObject({ name: z.string().min(1) });

const namespaceChange = z.strictObject({ password: z.string() });

/** `api`: the API server behind, in which a namespace is made too. */
export function registryControls(
  registry: Registry,
  api: ApiServer | undefined,
): Record<keyof RegistryTables, CollectionControl> {
  const { store } = registry;
  const remover = (collection: keyof RegistryTables) => (id: string) => {
    const removed: Identified | undefined = store.get(collection, id);
    store.remove(collection, id);
    return removed;
  };
  return {
    projects: {
      create(input) {
        return addProject(registry, parseInput(newProject, input));
      },
      update(id, input) {
        const change = parseInput(projectChange, input);
        const project = store.get("projects", id);
        return project === undefined ? undefined : setVisibility(registry, project, change.public);
      },
      /** With its images: the colleague emptied it first. */
      remove(id) {
        for (const image of store.list("images")) {
          if (image.projectId === id) store.remove("images", image.id);
        }
        return remover("projects")(id);
      },
    },
    images: {
      create(input) {
        const { digest, ...image } = parseInput(newImage, input);
        return pushImage(registry, digest === undefined ? image : { ...image, digest });
      },
      remove: remover("images"),
    },
    namespaces: {
      async create(input) {
        const { name } = parseInput(newNamespace, input);
        const added = addNamespace(registry, name);
        await api
          ?.send({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name } } })
          .catch(unlessThere);
        return added;
      },
      update(id, input) {
        const { password } = parseInput(namespaceChange, input);
        const namespace = store.get("namespaces", id);
        if (namespace === undefined) return undefined;
        const rotated = { ...namespace, password };
        store.put("namespaces", rotated);
        return rotated;
      },
      remove: remover("namespaces"),
    },
    usage: usageControl(registry),
  };
}

function unlessThere(error: unknown): void {
  if (!(error instanceof ApiRefusal) || error.reason !== "AlreadyExists") throw error;
}
