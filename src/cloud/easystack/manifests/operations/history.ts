// The revisions of a workload (1.21): a template for each, which the cloud shows as the workload's YAML of then.
import { createHash } from "node:crypto";
import * as z from "zod";
import { CloudError } from "../../../errors.ts";
import type { ChannelHistory, LiveObject, ObjectKey } from "../../../facets/manifests.ts";
import { listOf, text } from "../../../kit/wire.ts";
import type { Turn } from "../../places/turn.ts";
import { valueIn } from "../documents.ts";
import type { Looks } from "../looks.ts";
import { isMembers, itemsIn, membersIn } from "../members.ts";

const revision = z.object({ version: z.coerce.number().int(), creation_time: text.optional() });

const revisionList = z.object({ revisions: listOf(revision) });

/** Oldest first. */
export async function revisionsIn(turn: Turn, { kind, name }: ObjectKey): Promise<readonly number[]> {
  const query = [["workload_type", kind]] as const;
  const { revisions } = await turn.read({ operation: "ListRevisions", names: { name }, query }, revisionList);
  return [...new Set(revisions.map(({ version }) => version))].toSorted((a, b) => a - b);
}

/** The workload as it was then, as far as it can be read. */
export async function revisionIn(turn: Turn, { kind, name }: ObjectKey, version: number): Promise<unknown> {
  const query = [["workload_type", kind]] as const;
  const names = { name, version: String(version) };
  return valueIn(await turn.readText({ operation: "GetRevision", names, query }));
}

/** Of the kinds that have any. */
export function historyBy(looks: Looks): ChannelHistory {
  const inTurn = async <T>(key: ObjectKey, signal: AbortSignal, read: (turn: Turn) => Promise<T>): Promise<T> => {
    if (HAVE_HISTORY.has(key.kind)) return looks.inTurn(key, signal, read);
    throw new CloudError("Rejected", { message: `A ${key.kind} has no revisions`, advice: "" });
  };
  return {
    revisions: (key, signal) => inTurn(key, signal, (turn) => revisionsIn(turn, key)),
    revision: (key, version, signal) => inTurn(key, signal, (turn) => revisionIn(turn, key, version)),
  };
}

const HAVE_HISTORY: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

const CURRENT = "deployment.kubernetes.io/revision";

/** Of a Deployment its own word; of the others the newest. */
export function currentOf(live: LiveObject, revisions: readonly number[]): number | undefined {
  const said = Number(live.metadata.annotations?.[CURRENT]);
  return live.kind === "Deployment" && Number.isInteger(said) && said > 0 ? said : revisions.at(-1);
}

/** Of the pod template of a workload, whatever made it; undefined where there is none. Two templates that mean the same have the same. */
export function templatePrint(workload: unknown): string | undefined {
  const { template } = membersIn(membersIn(workload)["spec"]);
  if (!isMembers(template)) return undefined;
  return createHash("sha256")
    .update(JSON.stringify(plain(template)))
    .digest("base64url");
}

const OF_CONTROLLERS: ReadonlySet<string> = new Set(["pod-template-hash", "creationTimestamp"]);

/** In one order, without what is empty and what controllers add. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return itemsIn(value).map(plain);
  if (!isMembers(value)) return value;
  const members = Object.entries(value)
    .filter(([name]) => !OF_CONTROLLERS.has(name))
    .map(([name, member]) => [name, plain(member)] as const)
    .filter(([, member]) => !isEmpty(member));
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
