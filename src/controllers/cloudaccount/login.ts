// How people log in to servers that a cloud makes, as a spec declares it: a key pair, or a password out of a Secret.
import type { NodeLogin } from "../../cloud/facets/servers.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden, isNotFound, type KubeError } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import { flawOf, textOf } from "../../lib/secret-text.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { mayNotRead } from "../lifecycle/unreadable.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { SECRETS } from "./credentials.ts";

/** Exactly one of both. */
export interface DeclaredLogin {
  readonly keyPairName?: string | undefined;
  readonly passwordSecretRef?: { readonly name: string; readonly key: string } | undefined;
}

interface PasswordSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** It is looked out for; this is the fall-back. */
const SECRET_POLL_MS = 30_000;

/**
 * `field`: where the spec has it, such as spec.login. The Secret is read when it is needed and kept nowhere. Throws WaitingError
 * SecretNotFound, HeldError CredentialsIncomplete, and RequestRefused where it may not be read.
 */
export async function loginOf(
  visit: Visit<Managed>,
  client: KubeClient,
  { field, login }: { readonly field: string; readonly login: DeclaredLogin | undefined },
): Promise<NodeLogin | undefined> {
  const { keyPairName, passwordSecretRef } = login ?? {};
  if (keyPairName !== undefined) return { keyPairName };
  if (!passwordSecretRef) return undefined;
  return { password: await passwordOf(visit, client, { field: `${field}.passwordSecretRef`, ref: passwordSecretRef }) };
}

type SecretKey = NonNullable<DeclaredLogin["passwordSecretRef"]>;

async function passwordOf(
  visit: Visit<Managed>,
  client: KubeClient,
  { field, ref: { name, key } }: { readonly field: string; readonly ref: SecretKey },
): Promise<string> {
  const { namespace = "" } = visit.object.metadata;
  const where = `Secret ${namespace}/${name} (${field})`;
  const secret = await readSecret(visit, client, { name, namespace }).catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
    visit.awaits({ type: SECRETS, ref: { name, namespace }, seen: "Forbidden", until: "Changed" });
    throw unread({ shown: where, type: SECRETS, namespace }, error);
  });
  const password = textOf(secret?.data?.[key] ?? "");
  const flaw = flawOf(password, "Text");
  if (flaw === undefined && password !== "") return password;
  visit.awaits({ type: SECRETS, ref: { name, namespace }, seen: secret ?? "Absent", until: "Changed" });
  if (flaw !== undefined) throw unusable(where, key, flaw);
  const what = secret ? `has no key ${key}, or nothing is in it` : "does not exist";
  const message = `${where} ${what}. Create it with the password of the nodes`;
  throw new WaitingError({ reason: Reason.SecretNotFound, message, pollAfterMs: SECRET_POLL_MS });
}

/** The cloud gets a hash of it, or does not complain. */
function unusable(secret: string, key: string, flaw: string): HeldError {
  const message = `${secret}: ${key} holds ${flaw}, so that nobody could log in with it. Correct it; it is read again by itself`;
  return new HeldError({ reason: Reason.CredentialsIncomplete, message, pollAfterMs: SECRET_POLL_MS });
}

function unread(what: Parameters<typeof mayNotRead>[0], refusal: KubeError): HeldError {
  return new HeldError({ ...mayNotRead(what, refusal), pollAfterMs: SECRET_POLL_MS, cause: refusal });
}

async function readSecret(
  { signal }: Visit<Managed>,
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
