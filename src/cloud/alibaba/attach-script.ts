// The script by which a machine joins an edge cluster (2.7): a secret, with a token in it.
import type { BlockOptions, WritePermit } from "../collection.ts";
import type { AttachScript } from "../facets/clusters.ts";
import { jsonOrUndefined, unreadable } from "../kit/json.ts";
import { pathOf } from "../kit/uri.ts";
import type { ClusterOptions } from "./blocks.ts";
import type { AckClient } from "./client.ts";
import { knownOptions, type Body } from "./options.ts";

type Asked = NonNullable<ClusterOptions["attachScript"]>;

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;
const DEFAULT_ARCH = "amd64";

export function askedScript(options: BlockOptions): BlockOptions | undefined {
  return knownOptions(options).attachScript;
}

/** The reference can't be told when a script is to end: there the declared hours are for how long it is taken to hold. */
export async function makeScript(
  client: AckClient,
  { id, asked }: { readonly id: string; readonly asked: BlockOptions },
  { signal }: WritePermit,
): Promise<AttachScript> {
  const { arch = DEFAULT_ARCH, validHours = DEFAULT_HOURS, options = {} } = asked as Asked;
  const expiresAtMs = Math.floor((client.now() + validHours * HOUR_MS) / 1000) * 1000;
  const isToday = client.dialect === "V2026";
  const body = isToday
    ? { arch, expired: expiresAtMs / 1000, options: JSON.stringify(todaysNames(options)) }
    : { options: JSON.stringify(options) };
  const operation = "DescribeClusterAttachScripts";
  const path = pathOf("clusters", id, "attachscript");
  const answer = await client.send({ operation, method: "POST", path, body, answersText: true, signal });
  const script = scriptIn(answer.body);
  if (script === "") throw unreadable(operation, "no script");
  return { script, expiresAtMs };
}

function todaysNames({ enabledAddons, nodeName, ...options }: NonNullable<Asked["options"]>): Body {
  return { ...options, allowedClusterAddons: enabledAddons, nodeNameOverride: nodeName };
}

/** A JSON string, plain text, or `{result}`. */
function scriptIn(body: string): string {
  const json = jsonOrUndefined(body);
  if (typeof json === "string") return json;
  if (typeof json === "object" && json !== null) {
    const { result } = json as { readonly result?: unknown };
    return typeof result === "string" ? result : "";
  }
  return body.trim();
}
