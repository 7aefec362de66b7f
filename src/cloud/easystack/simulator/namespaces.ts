// Namespaces (1.12): lists, creation, deletion, and the switch of the session's place.
import * as z from "zod";
import type { Answer } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import { inBatch } from "./batch.ts";
import { endNamespace, newNamespace } from "./namespace-life.ts";
import { NO_LIMITS } from "./quota.ts";
import type { Operations, Request } from "./request.ts";
import { requireOurs } from "./request.ts";
import type { Cluster, Ecns, EcnsView, Namespace } from "./state.ts";
import { BUSINESS_TYPES, CLUSTER_TYPES } from "./state.ts";
import { bodyOf, deleted, ok, part, query, stamp } from "./wire.ts";

/** The reference's `list[user]`; plain ids are read too. */
export const userList = z.array(z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]));

export const limits = z.record(z.string(), z.coerce.number().int().min(-1));

export const psp = z.enum(["Limited", "Unlimited"]);

const base = z.object({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is no name of a namespace"),
  cluster_name: z.string(),
  cluster_type: z.enum(CLUSTER_TYPES),
  business_type: z.enum(BUSINESS_TYPES).nullish(),
  domain: z.string(),
  project: z.string(),
  project_id: z.string(),
  role: z.array(z.enum(["Developer", "Visitor"])).default([]),
  user_ids: userList.default([]),
});

const creation = z.object({
  namespace: z.object({ namespace_base: base, psp: psp.default("Limited"), quota: limits.default({}) }),
});

const named = z.object({ name: z.string(), cluster_name: z.string() });

const LISTED = [...CLUSTER_TYPES, "PROJECT_ALL", "CLOUD_ALL"];

export function namespaceOperations(ecns: Ecns): Operations {
  const { store, rules } = ecns;
  return {
    9: {
      empty: { namespaces: [] },
      handle(request) {
        const type = part(request.call, "type");
        if (!LISTED.includes(type)) throw new Refusal(400, `must be one of ${LISTED.join(", ")}`, "cluster_type");
        if (type === "CLOUD_ALL" && !rules.cloudAdmin) {
          throw new Refusal(403, "CLOUD_ALL is for the cloud's administrators");
        }
        const shown = request.view
          .list("namespaces")
          .filter((namespace) => type === "CLOUD_ALL" || isShown(namespace, request, ecns))
          .filter(({ cluster }) => type.endsWith("_ALL") || request.view.get("clusters", cluster)?.type === type)
          .filter((namespace) => hasBusinessType(namespace, request));
        return ok({ namespaces: shown.map((namespace) => onWire(namespace, request.view, ecns)) });
      },
    },
    10: async (request) => {
      requireAdministrator(ecns);
      const { namespace } = bodyOf(request.call, creation);
      const { namespace_base: wanted, ...settings } = namespace;
      const cluster = requireCluster(ecns, wanted.cluster_name);
      checkBase(wanted, cluster, ecns);
      if (store.get("namespaces", `${cluster.name}/${wanted.name}`) !== undefined) {
        if (rules.duplicateNames === "Refuse") throw new Refusal(409, `the namespace ${wanted.name} already exists`);
        return ok({ namespace: onWire(requireNamespace(ecns, cluster.name, wanted.name), store, ecns) });
      }
      const made = await newNamespace(ecns, {
        cluster: cluster.name,
        name: wanted.name,
        projectId: wanted.project_id,
        ...(wanted.business_type && { businessType: wanted.business_type }),
        psp: settings.psp,
        quota: { ...NO_LIMITS, ...settings.quota },
        users: wanted.user_ids,
        roles: wanted.role,
      });
      request.effect.mark();
      return ok({ namespace: onWire(made, store, ecns) });
    },
    11: async (request) => {
      requireAdministrator(ecns);
      const { namespaces } = bodyOf(request.call, z.object({ namespaces: z.array(named) }));
      await inBatch(rules, namespaces, ({ cluster_name: cluster, name }) => end(request, ecns, cluster, name));
      return deleted(rules);
    },
    12: async (request) => {
      requireAdministrator(ecns);
      await end(request, ecns, part(request.call, "cluster"), part(request.call, "namespace"));
      return deleted(rules);
    },
    17: (request) => enter(request, ecns),
    18: {
      empty: [],
      handle(request) {
        const { project, projectId } = rules.organisation;
        const shown = request.view.list("namespaces").filter((one) => isShown(one, request, ecns));
        const clusters = request.view.list("clusters").filter((cluster) => cluster.projectId === projectId);
        const selectors = clusters.map(({ name, address, type }) => ({
          cluster_name: name,
          cluster_addr: address,
          cluster_type: type,
          namespaces: shown
            .filter(({ cluster }) => cluster === name)
            .filter((namespace) => hasBusinessType(namespace, request))
            .map((namespace) => namespace.name),
        }));
        return ok([{ project_name: project, project_id: projectId, clusters: selectors }]);
      },
    },
  };
}

/** Another project's is as good as none where it is listed, and Forbidden where it is named. */
export function requireNamespace(ecns: Ecns, cluster: string, name: string): Namespace {
  const namespace = ecns.store.get("namespaces", `${cluster}/${name}`);
  if (namespace === undefined) throw new Refusal(404, `there is no namespace ${name} in ${cluster}`);
  if (namespace.projectId === ecns.rules.organisation.projectId) return namespace;
  throw new Refusal(403, `the namespace ${name} belongs to another project`);
}

export function requireAdministrator({ rules }: Ecns): void {
  if (!rules.projectAdmin) throw new Refusal(403, "this is for the project's administrators");
}

function requireCluster(ecns: Ecns, name: string): Cluster {
  const cluster = ecns.store.get("clusters", name);
  if (cluster === undefined) throw new Refusal(404, `there is no cluster ${name}`, "cluster_name");
  requireOurs(cluster, ecns);
  return cluster;
}

/** Project administrators see all of the project's, others those that they may enter. */
function isShown(namespace: Namespace, { asker }: Request, { rules }: Ecns): boolean {
  if (namespace.projectId !== rules.organisation.projectId) return false;
  return rules.projectAdmin || mayEnter(namespace, asker.userId);
}

/** "If it is empty, all users may use it." */
function mayEnter({ users }: Namespace, userId: string): boolean {
  return users.length === 0 || users.includes(userId);
}

/** Namespaces outside of EOS have none and count as Normal. */
function hasBusinessType({ businessType = "Normal" }: Namespace, { call }: Request): boolean {
  const wanted = query(call, "business_type");
  return wanted === undefined || wanted === businessType;
}

function checkBase(wanted: z.output<typeof base>, cluster: Cluster, ecns: Ecns): void {
  const { domain, project, projectId } = ecns.rules.organisation;
  if (wanted.project_id !== projectId || wanted.project !== project || wanted.domain !== domain) {
    throw new Refusal(403, "a namespace is made in the token's own domain and project");
  }
  if (wanted.cluster_type !== cluster.type) {
    throw new Refusal(400, `the cluster ${cluster.name} is of type ${cluster.type}`, "cluster_type");
  }
  if ((cluster.type === "EOS") !== Boolean(wanted.business_type)) {
    throw new Refusal(400, "is wanted in EOS clusters, and in no others", "business_type");
  }
  requireUsers(ecns, wanted.user_ids);
}

export function requireUsers({ store }: Ecns, ids: readonly string[]): void {
  const unknown = ids.find((id) => store.get("users", id) === undefined);
  if (unknown !== undefined) throw new Refusal(400, `there is no user ${unknown}`, "user_ids");
}

async function end(request: Request, ecns: Ecns, cluster: string, name: string): Promise<void> {
  await endNamespace(ecns, requireNamespace(ecns, cluster, name));
  request.effect.mark();
}

function enter(request: Request, ecns: Ecns): Answer {
  const { call } = request;
  const { projectId } = ecns.rules.organisation;
  if (part(call, "project") !== projectId) throw new Refusal(403, "the token is not of this project");
  const cluster = requireCluster(ecns, part(call, "cluster"));
  const namespace = requireNamespace(ecns, cluster.name, part(call, "namespace"));
  if (!mayEnter(namespace, request.asker.userId)) throw new Refusal(403, "the namespace is not open to this user");
  const entered = ecns.rules.enters === "Default" ? "default" : namespace.name;
  request.enter({ cluster: cluster.name, namespace: entered });
  return ok({
    ecns_cluster_addr: cluster.address,
    ecns_cluster_type: cluster.type,
    ecns_project_id: projectId,
    ecns_current_ns: [entered],
    ecns_cluster_name: cluster.name,
  });
}

function onWire(namespace: Namespace, view: EcnsView, { rules, store }: Ecns): object {
  const { domain, project, projectId } = rules.organisation;
  const isOurs = namespace.projectId === projectId;
  return {
    namespace_base: {
      name: namespace.name,
      cluster_name: namespace.cluster,
      cluster_type: view.get("clusters", namespace.cluster)?.type,
      ...(namespace.businessType !== undefined && { business_type: namespace.businessType }),
      domain,
      project: isOurs ? project : namespace.projectId,
      project_id: namespace.projectId,
      role: namespace.roles,
      user_ids: namespace.users.map((id) => {
        const user = store.get("users", id);
        return { id, name: user?.name ?? id, email: user?.email ?? "" };
      }),
    },
    psp: namespace.psp,
    quota: namespace.quota,
    namespace_status: { status: namespace.cloudPhase, creation_time: stamp(rules, namespace.createdAt) },
  };
}
