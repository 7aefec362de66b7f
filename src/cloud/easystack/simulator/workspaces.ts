// Image workspaces (1.7): the projects of a Harbor that the whole installation shares.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { inBatch } from "./batch.ts";
import { imageBases } from "./images.ts";
import { ownerOf } from "./owner.ts";
import { addWorkspace, isVisible, requireOwn, requireVisible } from "./registry.ts";
import { requireAdministrator } from "./namespaces.ts";
import type { Operations } from "./request.ts";
import type { Ecns, EcnsView, Workspace } from "./state.ts";
import { amend } from "./state.ts";
import { bodyOf, deleted, ok, pageOf, part, stamp } from "./wire.ts";

/** "str (true/false)"; a boolean is read too. */
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

const creation = z.object({ harbor_project_name: z.string(), public: flag });

export function workspaceOperations(ecns: Ecns): Operations {
  const { store, rules } = ecns;
  return {
    24: {
      empty: { harbor_projects: [] },
      handle({ call, view }) {
        const all = call.query.get("all") === "true" && rules.cloudAdmin;
        const shown = view.list("projects").filter((workspace) => all || isVisible(workspace));
        return ok({ harbor_projects: pageOf(shown, call, rules).map((one) => workspaceOnWire(one, view, ecns)) });
      },
    },
    25({ call }) {
      requireAdministrator(ecns);
      const { harbor_project_name: name, public: isPublic } = bodyOf(call, creation);
      addWorkspace(ecns, { name, public: isPublic });
      return ok();
    },
    26({ call, view }) {
      const workspace = requireVisible(view, part(call, "name"));
      const images = view.list("images").filter(({ repository }) => repository.startsWith(`${workspace.name}/`));
      return ok({ harbor_project: workspaceOnWire(workspace, view, ecns), images: imageBases(images, view, ecns) });
    },
    27({ call }) {
      requireAdministrator(ecns);
      const { id, public: before } = requireOwn(ecns, part(call, "name"));
      const change = bodyOf(call, z.object({ public: flag }));
      if (change.public !== before) amend(ecns, "projects", id, change);
      return ok();
    },
    28: async ({ call, effect }) => {
      requireAdministrator(ecns);
      const { harbor_projects: names } = bodyOf(call, z.object({ harbor_projects: z.array(z.string()) }));
      await inBatch(rules, names, (name) => {
        const { id } = requireOwn(ecns, name);
        if (store.list("images").some(({ repository }) => repository.startsWith(`${name}/`))) {
          throw new Refusal(409, `the workspace ${name} contains images, can not be deleted`);
        }
        store.remove("projects", id);
        effect.mark();
      });
      return deleted(rules);
    },
  };
}

function workspaceOnWire(workspace: Workspace, view: EcnsView, ecns: Ecns): object {
  const { rules } = ecns;
  const images = view.list("images").filter(({ repository }) => repository.startsWith(`${workspace.name}/`));
  return {
    harbor_project_name: workspace.name,
    public: String(workspace.public),
    creation_time: stamp(rules, workspace.createdAt),
    image_count: new Set(images.map(({ repository }) => repository)).size,
    ...(rules.ownerInfo && { domain_project_info: ownerOf(workspace, ecns) }),
  };
}
