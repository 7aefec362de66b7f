// RegistryProject, as the operator knows it.
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { registryProject, type RegistryProject } from "../../crds/registryproject/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import { accountOf, accountParent } from "../cloudaccount/parent.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { ExternalKind } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent } from "../external/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { PUBLISHING_RULES } from "../publishing/rbac.ts";
import { contentsOf, emptyForDeletion } from "./contents.ts";
import { planFor } from "./plan.ts";
import { PullSecrets } from "./pull-secrets.ts";
import type { ProjectScope, ProjectSeen, ProjectShape } from "./scope.ts";

export const registryProjects = controlled<RegistryProject>({
  kind: registryProject,
  facet: "registry",
  parentOf: (resource) => refTo("CloudAccount", accountOf(resource)),
  cloudName: cloudNameOf,
  needsParent: holdsParent,
  contentOf: undefined,
  publishes: true,
  rules: PUBLISHING_RULES,
  steps: (deps) => new ExternalReconciler(projectKind(deps), deps),
});

function projectKind(deps: KindDeps<RegistryProject>): ExternalKind<ProjectShape> {
  const pullSecrets = new PullSecrets(deps);
  return {
    noun: "project",
    facet: "registry",
    parent: accountParent(deps.accounts),
    nameOf: cloudNameOf,
    namesAreFixed: true,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet) => facet,
    prepare: ({ visit, facet, name }) => {
      const { visibility } = visit.object.spec;
      return (nonce, permit) => facet.create({ name, visibility, nonce }, permit);
    },
    asCreated,
    see: async (scope, item) => ({ item, ...(await contentsOf(scope, item)) }),
    plan: planFor,
    change: async ({ facet }, { seen, change }, permit) => {
      await facet.setVisibility(seen.item.id, change, permit);
      return { now: "Shown", seen: { ...seen, item: { ...seen.item, visibility: change } } };
    },
    describe,
    attachment: {
      publish: (scope, _seen, { since }) => pullSecrets.publish(scope, since),
      withdraw: (visit) => pullSecrets.withdrawAll(visit),
    },
    beforeRemoval: emptyForDeletion,
  };
}

/** A project that was made a moment ago is as it was sent, and empty. */
function asCreated({ visit, name }: ProjectScope, id: string): Project {
  const { visibility } = visit.object.spec;
  return { id, name, visibility, mine: true, createdAtMs: Number.NaN, repositoryCount: 0 };
}

function describe(visit: Visit<RegistryProject>, { item, repositoryCount, tagCount }: ProjectSeen): void {
  const { status } = visit;
  status.cloudName = item.name;
  status.visibility = item.visibility;
  status.repositoryCount = repositoryCount;
  status.tagCount = tagCount;
  visit.state(upToDate(visit));
}

function upToDate({ object, status }: Visit<RegistryProject>): Statement {
  const { visibility } = object.spec;
  const type = "UpToDate";
  if (status.visibility === visibility) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const message = `spec.visibility is ${visibility}, the cloud's is ${status.visibility}; spec.managementPolicy is Observe`;
  return { type, status: "False", reason: Reason.VisibilityDiffers, message };
}
