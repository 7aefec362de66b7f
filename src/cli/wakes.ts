// Who is visited when something changes: a Secret wakes its accounts, an account its users, a project its rivals (R13).
import { isDeleting } from "../controllers/lifecycle/resource.ts";
import { accountOf, INDEXES } from "../controllers/registryproject/context.ts";
import { OWNER_ANNOTATION } from "../controllers/publishing/secrets.ts";
import type { CloudAccount } from "../crds/cloudaccount/schema.ts";
import type { RegistryProject } from "../crds/registryproject/schema.ts";
import type { KubeObject } from "../kube/types.ts";
import { findCondition } from "../runtime/conditions.ts";
import type { Controller } from "../runtime/controller.ts";
import { enqueueOnChange, exceptOwnUpdates } from "../runtime/informer.ts";
import { keyOf, type Change } from "../runtime/store.ts";
import type { Caches } from "./caches.ts";

interface Controllers {
  readonly accounts: Pick<Controller, "enqueue">;
  readonly projects: Pick<Controller, "enqueue">;
}

export function wireWakes(caches: Caches, controllers: Controllers): void {
  const { accounts, secrets, projects, published } = caches;
  const keysOfAll = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => keyOf(metadata));

  enqueueOnChange(accounts, { target: controllers.accounts, when: exceptOwnUpdates });
  enqueueOnChange(secrets, {
    target: controllers.accounts,
    keysOf: ({ metadata }) => keysOfAll(accounts.store.byIndex("secret", keyOf(metadata))),
  });
  enqueueOnChange(projects, {
    target: controllers.accounts,
    when: ({ type }) => type === "Deleted",
    keysOf: (project) => keysOfAll([accounts.store.get(accountOf(project))].filter(isLeaving)),
  });

  enqueueOnChange(projects, { target: controllers.projects, when: exceptOwnUpdates });
  enqueueOnChange(projects, {
    target: controllers.projects,
    when: givesUpClaim,
    keysOf: (project) => keysOfAll(rivalsOf(project, caches)),
  });
  enqueueOnChange(accounts, {
    target: controllers.projects,
    when: concernsUsers,
    keysOf: ({ metadata }) => keysOfAll(projects.store.byIndex("account", keyOf(metadata))),
  });
  enqueueOnChange(published, {
    target: controllers.projects,
    when: ({ type }) => type !== "Added",
    keysOf: ownersOf,
  });
}

function ownersOf({ metadata }: KubeObject): readonly string[] {
  const owner = metadata.annotations?.[OWNER_ANNOTATION];
  return owner === undefined ? [] : [owner];
}

function isLeaving(account: CloudAccount | undefined): account is CloudAccount {
  return account !== undefined && isDeleting(account);
}

function rivalsOf(project: RegistryProject, { projects }: Caches): readonly RegistryProject[] {
  return INDEXES.claim(project).flatMap((claim) => projects.store.byIndex("claim", claim));
}

function givesUpClaim(change: Change<RegistryProject>): boolean {
  if (change.type === "Added") return false;
  const kept = change.new ? INDEXES.claim(change.new) : [];
  return INDEXES.claim(change.old).some((claim) => !kept.includes(claim));
}

/** What an account's users see of it: its spec, and whether it is ready in which version. */
function concernsUsers(change: Change<CloudAccount>): boolean {
  return change.type !== "Updated" || usersViewOf(change.old) !== usersViewOf(change.new);
}

function usersViewOf({ metadata, status }: CloudAccount): string {
  const ready = findCondition(status.conditions, "Ready");
  const { secretResourceVersion, observedGeneration } = status;
  return JSON.stringify([metadata.generation, observedGeneration, secretResourceVersion, ready?.status, ready?.reason]);
}
