// The POST that creates a pool, and what has to be at hand before.
import type { NodeLogin, NodePoolRequest } from "../../cloud/facets/nodepools.ts";
import { optionsOf } from "../../cloud/blocks.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import { flawOf, textOf } from "../../lib/secret-text.ts";
import { assertPossible } from "../cloudaccount/accounts.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import type { Send } from "../external/kind.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { taintsOf } from "./diff.ts";
import { initialCount } from "./replicas.ts";
import type { PoolScope } from "./scope.ts";

const NO_AUTOSCALING = { enabled: false, minReplicas: 0, maxReplicas: 0 } as const;

interface PasswordSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** It is looked out for; this is the fall-back. */
const SECRET_POLL_MS = 30_000;

/**
 * Makes the request ready, before anything is journaled. What is recorded of a pool that stood here before is forgotten; the taints
 * that a pool is made with are remembered, where no read shows them. Throws WaitingError SecretNotFound, HeldError
 * CredentialsIncomplete.
 */
export async function preparePool(scope: PoolScope, client: KubeClient): Promise<Send> {
  const { visit, facet, place, name } = scope;
  const login = await loginOf(visit, client);
  delete visit.status.appliedTaints;
  delete visit.status.sentChange;
  const options = optionsOf(place.account.spec.provider, visit.object.spec);
  const request = requestOf(visit.object, { name, login, options });
  assertPossible(facet.check?.(request));
  return async (nonce, permit) => {
    const created = await facet.create(place.clusterId, { ...request, nonce }, permit);
    visit.status.appliedTaints = visit.object.spec.taints;
    return created;
  };
}

type Given = Pick<NodePoolRequest, "name" | "login" | "options">;

function requestOf({ spec }: NodePool, { name, login, options }: Given): Omit<NodePoolRequest, "nonce"> {
  const { autoscaling, labels = {}, instanceType, zone, os, rootVolume, dataVolumes = [] } = spec;
  return {
    name,
    replicas: initialCount(spec),
    autoscaling: autoscaling ?? NO_AUTOSCALING,
    labels,
    taints: taintsOf({ spec, status: {} }),
    instanceType,
    zone,
    os,
    rootVolume,
    dataVolumes,
    login,
    options,
  };
}

async function loginOf(visit: Visit<NodePool>, client: KubeClient): Promise<NodeLogin | undefined> {
  const { keyPairName, passwordSecretRef } = visit.object.spec.login ?? {};
  if (keyPairName !== undefined) return { keyPairName };
  return passwordSecretRef && { password: await passwordIn(visit, client, passwordSecretRef) };
}

/** The Secret is read when it is needed and kept nowhere. */
async function passwordIn(
  visit: Visit<NodePool>,
  client: KubeClient,
  { name, key }: { name: string; key: string },
): Promise<string> {
  const { namespace } = visit.object.metadata;
  const secret = await readSecret(visit, client, { name, namespace });
  const password = textOf(secret?.data?.[key] ?? "");
  const flaw = flawOf(password, "Text");
  if (flaw === undefined && password !== "") return password;
  visit.awaits({ type: SECRETS, ref: { name, namespace }, seen: secret ?? "Absent", until: "Changed" });
  const where = `Secret ${namespace}/${name} (spec.login.passwordSecretRef)`;
  if (flaw !== undefined) throw unusable(where, key, flaw);
  const what = secret ? `has no key ${key}, or nothing is in it` : "does not exist";
  const message = `${where} ${what}. Create it with the password of the nodes`;
  throw new WaitingError({ reason: Reason.SecretNotFound, message, pollAfterMs: SECRET_POLL_MS });
}

/** The cloud gets a hash of it and would not complain. */
function unusable(secret: string, key: string, flaw: string): HeldError {
  const message = `${secret}: ${key} holds ${flaw}, so that nobody could log in with it. Correct it; it is read again by itself`;
  return new HeldError({ reason: Reason.CredentialsIncomplete, message, pollAfterMs: SECRET_POLL_MS });
}

async function readSecret(
  { signal }: Visit<NodePool>,
  client: KubeClient,
  ref: { name: string; namespace: string },
): Promise<PasswordSecret | undefined> {
  try {
    return await client.get<PasswordSecret>(SECRETS, ref, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
