// Secrets whose contents go to the cloud when an application is made: passwords and user data of servers. They are read when they are needed,
// kept nowhere, and only where their owners let them be read: whoever may create an application could else read any Secret beside it.
import { secretsNamedIn } from "../../cloud/blocks.ts";
import { ManagedApplicationReason as Reason } from "../../crds/managedapplication/conditions.ts";
import type { ManagedApplication } from "../../crds/managedapplication/schema.ts";
import { ManifestSetReason as SourceReason } from "../../crds/manifestset/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { HeldError } from "../../lib/errors.ts";
import { flawOf, textOf } from "../../lib/secret-text.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { readLabelled, sourceKey } from "../manifestset/labelled.ts";

/** One that changes wakes what reads it, where it is labelled; this is the fall-back. */
const SECRET_POLL_MS = 30_000;

/** As the index of the cache has them. */
export function secretKeysOf({ kind, spec, metadata }: ManagedApplication): readonly string[] {
  const names = new Set(secretsNamedIn(kind, spec).map(({ name }) => name));
  return [...names].map((name) => sourceKey("Secret", keyOf({ namespace: metadata.namespace, name })));
}

/** By their fields. Throws HeldError SecretNotFound, SourceNotAllowed, RequestRefused, CredentialsIncomplete. */
export async function namedSecrets(
  client: KubeClient,
  visit: Visit<ManagedApplication>,
): Promise<ReadonlyMap<string, string>> {
  const { object } = visit;
  const { namespace } = object.metadata;
  const read = new Map<string, string>();
  for (const { field, name, key } of secretsNamedIn(object.kind, object.spec)) {
    const ref = { namespace, name };
    const otherwise = "name another one in a new resource";
    const source = await readLabelled(client, { kind: "Secret", ref, where: field, otherwise, visit });
    if ("reason" in source) {
      const reason = source.reason === SourceReason.SourceNotFound ? Reason.SecretNotFound : source.reason;
      throw new HeldError({ reason, message: source.message, pollAfterMs: SECRET_POLL_MS });
    }
    const where = `${field}: Secret ${keyOf(ref)}`;
    read.set(
      field,
      contentOf(source.data?.[key] ?? "", { where, key, isPassword: field.endsWith("passwordSecretRef") }),
    );
  }
  return read;
}

function contentOf(
  encoded: string,
  { where, key, isPassword }: { readonly where: string; readonly key: string; readonly isPassword: boolean },
): string {
  const content = textOf(encoded);
  if (content === "") {
    const message = `${where} has no key ${key}, or nothing is in it. Correct it; it is read again by itself`;
    throw new HeldError({ reason: Reason.SecretNotFound, message, pollAfterMs: SECRET_POLL_MS });
  }
  // User data is a text of many lines.
  const flaw = isPassword ? flawOf(content, "Text") : undefined;
  if (flaw === undefined) return content;
  const message = `${where}: ${key} holds ${flaw}, so that nobody could log in with it. Correct it; it is read again by itself`;
  throw new HeldError({ reason: Reason.CredentialsIncomplete, message, pollAfterMs: SECRET_POLL_MS });
}
