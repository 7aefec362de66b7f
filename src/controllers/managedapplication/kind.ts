// ManagedApplication, as the operator knows it.
import type { WritePermit } from "../../cloud/collection.ts";
import { outcomeIsUnknown } from "../../cloud/errors.ts";
import type { Application, WorkloadRef } from "../../cloud/facets/applications.ts";
import { ManagedApplicationReason as Reason } from "../../crds/managedapplication/conditions.ts";
import { managedApplication } from "../../crds/managedapplication/kind.ts";
import type { ManagedApplication } from "../../crds/managedapplication/schema.ts";
import { assertPossible } from "../cloudaccount/offers.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { Changed, ExternalKind, Said, Send } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent } from "../external/resource.ts";
import { clusterOf } from "../managedcluster/clusters.ts";
import { planFor } from "./plan.ts";
import { afterRemoval, beforeRemoval } from "./removal.ts";
import {
  applicationsFor,
  applicationsIn,
  isSame,
  namespaceParent,
  type ApplicationChange,
  type ApplicationScope,
  type ApplicationSeen,
  type ApplicationShape,
  type Ungathered,
} from "./scope.ts";
import { namedSecrets, secretKeysOf } from "./secrets.ts";
import { describe } from "./status.ts";

export const managedApplications = controlled<ManagedApplication>({
  kind: managedApplication,
  facet: "applications",
  parentOf: (resource) => refTo("ManagedCluster", clusterOf(resource)),
  cloudName: cloudNameOf,
  needsParent: holdsParent,
  // Clouds that keep applications delete no clusters.
  contentOf: undefined,
  publishes: false,
  reads: secretKeysOf,
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  steps: (deps) => new ExternalReconciler(applicationKind(deps), deps),
});

function applicationKind(deps: KindDeps<ManagedApplication>): ExternalKind<ApplicationShape> {
  const { settleWindowMs } = deps;
  return {
    noun: "application",
    facet: "applications",
    parent: namespaceParent(deps),
    nameOf: cloudNameOf,
    namesAreFixed: true,
    namesake: "Refuse",
    removal: "Repeated",
    items: applicationsFor,
    prepare: (scope) => prepare(deps, scope),
    see,
    plan: (declared, seen, nowMs) => planFor(declared, seen, { nowMs, settleWindowMs }),
    journal,
    change,
    describe,
    beforeRemoval,
    afterRemoval: (scope) => afterRemoval(deps, scope),
  };
}

/** All that can be told before is told before: what is made in part, no call completes. */
async function prepare({ client }: KindDeps<ManagedApplication>, scope: ApplicationScope): Promise<Send> {
  const { visit, name } = scope;
  const items = applicationsIn(scope);
  const secrets = await namedSecrets(client, visit);
  assertPossible(await items.check(name, visit.signal));
  const { description = "" } = visit.object.spec;
  return (nonce, permit) => items.create({ name, description, secrets, nonce }, permit);
}

async function see(scope: ApplicationScope, item: Application, since: number): Promise<ApplicationSeen> {
  const { visit, place } = scope;
  const items = applicationsIn(scope);
  const { members } = visit.object.spec;
  const wanted = members && [...members, ...items.own.filter((own) => !members.some((one) => isSame(one, own)))];
  const absent = (wanted ?? []).filter((member) => !item.workloads.some((one) => isSame(one, member)));
  return {
    item,
    provider: place.account.spec.provider,
    wanted,
    ungathered: absent.length === 0 ? [] : await ungathered(scope, absent, { item, since }),
    lacking: items.lacking(item),
    hasNewPods: await hasNewPods(scope, item),
  };
}

/** Those that are not there, and those that another application has. */
async function ungathered(
  scope: ApplicationScope,
  members: readonly WorkloadRef[],
  { item, since }: { readonly item: Application; readonly since: number },
): Promise<readonly Ungathered[]> {
  const { visit, lists } = scope;
  const [missing, { byId }] = await Promise.all([
    applicationsIn(scope).missing(members, visit.signal),
    lists.observe(since, visit.signal),
  ]);
  const others = [...byId.values()].filter(({ id }) => id !== item.id);
  return members.flatMap((member): readonly Ungathered[] => {
    if (missing.some((one) => isSame(one, member))) return [{ ...member, owner: undefined }];
    const owner = others.find(({ workloads }) => workloads.some((one) => isSame(one, member)));
    return owner ? [{ ...member, owner: owner.name }] : [];
  });
}

async function hasNewPods(scope: ApplicationScope, item: Application): Promise<boolean | undefined> {
  const { operation } = scope.visit.status;
  if (operation?.verb !== "Restart") return undefined;
  return applicationsIn(scope).hasPodsSince(item, Date.parse(operation.startedAt), scope.visit.signal);
}

/** A restart must not be forgotten, nor done twice. */
function journal(
  { visit }: ApplicationScope,
  { change: what }: { readonly change: ApplicationChange },
): (Said & { readonly nonce?: string | undefined }) | undefined {
  if (what.do !== "Restart") return undefined;
  const { status, object } = visit;
  BEFORE.set(visit, { ...status });
  status.restartedFor = what.text;
  const nonce = status.operation?.verb === "Restart" ? status.operation.nonce : undefined;
  return {
    reason: Reason.Restarting,
    message: `The workloads of ${object.metadata.name} are about to be restarted`,
    nonce,
  };
}

/** By visit: the draft from before a restart was journaled. */
const BEFORE = new WeakMap<object, ApplicationScope["visit"]["status"]>();

async function change(
  scope: ApplicationScope,
  what: { readonly seen: ApplicationSeen; readonly change: ApplicationChange },
  permit: WritePermit,
): Promise<Changed<ApplicationSeen>> {
  const { visit } = scope;
  try {
    await send(scope, what, permit);
  } catch (error) {
    // Where the cloud has certainly taken nothing, nothing is under way.
    const before = BEFORE.get(visit);
    if (before && !outcomeIsUnknown(error) && !visit.signal.aborted) visit.redraft(before);
    throw error;
  }
  noteTold(visit.status, what);
  // That it was taken is all that its answer tells.
  if (what.change.do === "Restart") return { now: "Shown", seen: { ...what.seen, hasNewPods: undefined } };
  return { now: "Look", reason: Reason.Updating, message: "The application was changed; looking whether it shows" };
}

/** Of DaemonSets, which don't show it. */
function noteTold(
  status: ApplicationScope["visit"]["status"],
  { seen, change: what }: { readonly seen: ApplicationSeen; readonly change: ApplicationChange },
): void {
  const told = what.do === "Stop" || what.do === "Start" ? what.workload : undefined;
  if (told?.kind !== "DaemonSet") return;
  const others = (status.workloads ?? []).filter((one) => !isSame(one, told));
  const shown = seen.item.workloads.find((one) => isSame(one, told));
  if (!shown) return;
  const { kind, name, state, ready, desired } = shown;
  status.workloads = [
    ...others,
    { kind, name, state, ready, desired, ...(what.do === "Stop" && { stoppedByUs: true }) },
  ];
}

async function send(
  scope: ApplicationScope,
  { seen: { item }, change: what }: { readonly seen: ApplicationSeen; readonly change: ApplicationChange },
  permit: WritePermit,
): Promise<void> {
  const items = applicationsIn(scope);
  switch (what.do) {
    case "Attach":
      return items.attach(item, what.member, permit);
    case "Detach":
      return items.detach(item, what.member, permit);
    case "Describe":
      return items.describe(item, what.description, permit);
    case "Start":
      return items.start(item, what.workload, permit);
    case "Stop":
      return items.stop(item, what.workload, permit);
    default:
      return items.restart(item, permit);
  }
}
