// What can be changed on a namespace (1.12): security policy, users, quota.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { limits, psp, requireAdministrator, requireNamespace, requireUsers, userList } from "./namespaces.ts";
import { NO_LIMITS, QUOTA_FIELDS, usedIn } from "./quota.ts";
import type { Operations, Request } from "./request.ts";
import type { Ecns, Namespace } from "./state.ts";
import { amend } from "./state.ts";
import { bodyOf, ok, part, query } from "./wire.ts";

export function namespaceSettingOperations(ecns: Ecns): Operations {
  const { rules, clusters } = ecns;
  const merges = rules.patch === "Merge";
  const set = (request: Request, change: (namespace: Namespace) => Partial<Namespace>) => {
    requireAdministrator(ecns);
    const namespace = named(request, ecns);
    const type = ecns.store.get("clusters", namespace.cluster)?.type;
    const said = query(request.call, "cluster_type");
    if (said !== undefined && said !== type) throw new Refusal(400, `the cluster is of type ${type}`, "cluster_type");
    const changes = Object.entries(change(namespace));
    const isSame = changes.every(
      ([field, value]) => JSON.stringify(namespace[field as keyof Namespace]) === JSON.stringify(value),
    );
    if (!isSame) amend(ecns, "namespaces", namespace.id, Object.fromEntries(changes));
    return ok();
  };
  return {
    13: (request) => set(request, () => bodyOf(request.call, z.object({ psp }))),
    14: (request) =>
      set(request, ({ users }) => {
        const given = bodyOf(request.call, z.object({ user_ids: userList })).user_ids;
        requireUsers(ecns, given);
        return { users: [...new Set(merges ? [...users, ...given] : given)] };
      }),
    15: (request) =>
      set(request, ({ quota }) => {
        const given = bodyOf(request.call, z.object({ quota: limits })).quota;
        const known = Object.entries(given).filter(([field]) => QUOTA_FIELDS.some((one) => one === field));
        return { quota: { ...(merges ? quota : NO_LIMITS), ...Object.fromEntries(known) } };
      }),
    16: async (request) => {
      const namespace = named(request, ecns);
      const place = { cluster: namespace.cluster, namespace: namespace.name };
      const used = await usedIn(namespace, clusters.api && request.objectsAt(place));
      return ok({ quota: { hard: namespace.quota, used } });
    },
  };
}

function named({ call }: Request, ecns: Ecns): Namespace {
  return requireNamespace(ecns, part(call, "cluster"), part(call, "namespace"));
}
