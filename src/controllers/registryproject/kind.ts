// RegistryProject, as the operator knows it.
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { registryProject } from "../../crds/registryproject/kind.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { accountOf, accountParent } from "../cloudaccount/parent.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { ExternalKind } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent } from "../external/resource.ts";
import { PUBLISHING_RULES } from "../publishing/rbac.ts";
import { change } from "./change.ts";
import { assertWritable, ContentsReader, emptyForDeletion } from "./contents.ts";
import { planFor } from "./plan.ts";
import { PullSecrets } from "./pull-secrets.ts";
import { see } from "./see.ts";
import type { ProjectScope, ProjectShape } from "./scope.ts";
import { describe } from "./status.ts";

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
  const contents = new ContentsReader(deps);
  return {
    noun: "project",
    facet: "registry",
    parent: accountParent(deps.accounts),
    nameOf: cloudNameOf,
    namesAreFixed: true,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet) => facet,
    prepare: async (scope) => {
      const { facet, name } = scope;
      const { visibility } = scope.visit.object.spec;
      await assertWritable(scope);
      return (nonce, permit) => facet.create({ name, visibility, nonce }, permit);
    },
    asCreated,
    see: (scope, item, since) => see(scope, item, { contents, since, nowMs: deps.clock.now() }),
    plan: planFor,
    change: (scope, what, permit) => change(scope, { ...what, clock: deps.clock }, permit),
    describe,
    attachment: {
      publish: async (scope, _seen, { since }) => {
        await pullSecrets.publish(scope, since);
        return undefined;
      },
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
