// The access key of the simulated account, and what its owner may do to it behind our back.
//
// PATCH /_simulator/keys/KEY-ID {"state": "Active"|"Inactive"|"Deleted"|"Denied"|"TokenExpired", "secretKey"?, "securityToken"?}:
//   Inactive: InvalidAccessKeyId.Inactive; Deleted: 404 InvalidAccessKeyId.NotFound; Denied: 403 Forbidden.RAM for all calls;
//   TokenExpired: InvalidSecurityToken.Expired.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput } from "../../simulation/refusal.ts";

export interface AccessKey {
  readonly id: string;
  readonly secretKey: string;
  /** Left out: permanent credentials, which have none. */
  readonly securityToken?: string | undefined;
  readonly state: "Active" | "Inactive" | "Deleted" | "Denied" | "TokenExpired";
}

/** Keys are no resources: the store and `effect` know nothing of them. */
export interface KeyRing {
  /** Undefined where there is none of that id, or no longer. */
  find(id: string): AccessKey | undefined;
  readonly controls: { readonly keys: CollectionControl };
}

const keyChange = z.strictObject({
  state: z.enum(["Active", "Inactive", "Deleted", "Denied", "TokenExpired"]).optional(),
  secretKey: z.string().min(1).optional(),
  securityToken: z.string().min(1).nullable().optional(),
});

export function openKeyRing(initial: Omit<AccessKey, "state">): KeyRing {
  let key: AccessKey = { ...initial, state: "Active" };
  return {
    find: (id) => (id === key.id && key.state !== "Deleted" ? key : undefined),
    controls: {
      keys: {
        update(id, input) {
          if (id !== key.id) return undefined;
          const { state = key.state, secretKey = key.secretKey, securityToken } = parseInput(keyChange, input);
          const token = securityToken === undefined ? key.securityToken : (securityToken ?? undefined);
          key = { id, state, secretKey, securityToken: token };
          return { id };
        },
      },
    },
  };
}
