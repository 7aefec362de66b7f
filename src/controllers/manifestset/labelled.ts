// ConfigMaps and Secrets whose owners let them be read, by a label: what is in them may go where a resource of their namespace sends it.
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden, isNotFound } from "../../kube/errors.ts";
import type { KubeObject, ResourceType } from "../../kube/types.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { CREDENTIALS_TYPE, SECRETS } from "../cloudaccount/credentials.ts";
import type { Said } from "../external/kind.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { mayNotRead } from "../lifecycle/unreadable.ts";
import type { Visit } from "../lifecycle/visit.ts";

/** On a ConfigMap or Secret: whoever may write it lets resources of its namespace read it. */
export const SOURCE_LABEL = "yunfan.dev/manifests";

export const CONFIG_MAPS: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};

/** A source as the index of the cache of what reads it has it. */
export function sourceKey(kind: string, key: string): string {
  return `${kind} ${key}`;
}

export interface Source extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

interface Labelled {
  readonly kind: "ConfigMap" | "Secret";
  readonly ref: { readonly namespace: string; readonly name: string };
  /** In the spec, for messages. */
  readonly where: string;
  /** What to do but to create it, for messages. */
  readonly otherwise: string;
  /** That of what reads it, which looks out for the right to. */
  readonly visit: Pick<Visit<Managed>, "awaits" | "signal">;
}

/**
 * Its label is looked at before its contents are read. What it is not, is said: SourceNotFound, SourceNotAllowed, and RequestRefused where the
 * operator lacks the right to read it.
 */
export async function readLabelled(client: KubeClient, wanted: Labelled): Promise<Source | Said> {
  const { kind, ref, where, visit } = wanted;
  const type = kind === "Secret" ? SECRETS : CONFIG_MAPS;
  const shown = `${where}: ${kind} ${keyOf(ref)}`;
  try {
    return await readFound(client, { ...wanted, type, shown });
  } catch (error) {
    if (!isForbidden(error)) throw error;
    visit.awaits({ type, ref, seen: "Forbidden", until: "Changed" });
    return mayNotRead({ shown, type, namespace: ref.namespace }, error);
  }
}

async function readFound(
  client: KubeClient,
  { type, shown, ref, otherwise, visit }: Labelled & { readonly type: ResourceType; readonly shown: string },
): Promise<Source | Said> {
  const { signal } = visit;
  const message = `${shown} does not exist. Create it, or ${otherwise}`;
  const missing = { reason: Reason.SourceNotFound, message };
  const found = await client.get(type, ref, { metadataOnly: true, signal }).catch(goneAsNothing);
  if (!found) return missing;
  if (!isLabelled(found)) return notAllowed(shown);
  const source = await client.get<Source>(type, ref, { signal }).catch(goneAsNothing);
  if (!source) return missing;
  return isLabelled(source) && source.type !== CREDENTIALS_TYPE ? source : notAllowed(shown);
}

function isLabelled({ metadata }: KubeObject): boolean {
  return metadata.labels?.[SOURCE_LABEL] === "true";
}

function notAllowed(shown: string): Said {
  const message = `${shown} may not be read. Label it ${SOURCE_LABEL}: "true" if what is in it may go to the target; credentials never may`;
  return { reason: Reason.SourceNotAllowed, message };
}

function goneAsNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}
