// What the cloud tells of an account: what its user may do in its project, and what the installation offers (1.17, 1.13, 1.9).
import * as z from "zod";
import { lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import type { AccountFacts } from "./blocks.ts";
import type { ProjectClient } from "./client.ts";
import type { ProjectNames } from "./organisation.ts";
import { told, withoutGaps } from "./told.ts";

const GIB = 2 ** 30;

const project = lenientObject({ project_name: text, project_id: text });

const administered = z.object({ projects: listOf(project) });

const versions = z.object({
  versions: listOf(
    lenientObject({
      k8s_version: optionalText,
      runtime_version: listOf(lenientObject({ available: z.boolean().catch(false) })).catch([]),
    }),
  ),
});

const bytes = z.union([z.number(), z.bigint().transform(Number)]);
const storage = z.object({ storage: z.object({ free: bytes, total: bytes }) });

/** Throws CloudError where the cloud does not answer; what it refuses to tell is left out. */
export async function factsOf(client: ProjectClient, ours: ProjectNames, signal: AbortSignal): Promise<AccountFacts> {
  const [administers, kubernetesVersions, stored] = await Promise.all([
    told(administersProject(client, ours, signal)),
    told(offeredVersions(client, signal)),
    told(registryStorage(client, signal)),
  ]);
  const { projectId, projectName, domainName } = ours;
  return withoutGaps({
    projectId,
    projectName,
    domainName,
    administersProject: administers,
    kubernetesVersions,
    registry: stored && { totalGiB: Math.round(stored.total / GIB), freePercent: freePercentOf(stored) },
  });
}

async function administersProject(client: ProjectClient, ours: ProjectNames, signal: AbortSignal): Promise<boolean> {
  const { value } = await client.read({ operation: "ListAdministeredProjects", signal }, administered);
  return value.projects.some(({ project_id: id }) => id === ours.projectId);
}

/** Those for which a container runtime is available. */
async function offeredVersions(client: ProjectClient, signal: AbortSignal): Promise<string[]> {
  const { value } = await client.read({ operation: "ListKubernetesVersions", signal }, versions);
  const offered = value.versions.filter(({ runtime_version: runtimes }) => runtimes.some(({ available }) => available));
  return [...new Set(offered.flatMap(({ k8s_version: version }) => version ?? []))].slice(0, 64);
}

/** Bytes. */
interface Storage {
  readonly free: number;
  readonly total: number;
}

export async function registryStorage(client: ProjectClient, signal: AbortSignal): Promise<Storage> {
  const { value } = await client.read({ operation: "GetRegistryStorage", signal }, storage);
  return value.storage;
}

/** Whole; 100 where there is no storage to speak of. */
export function freePercentOf({ free, total }: Storage): number {
  return total <= 0 ? 100 : Math.min(100, Math.max(0, Math.round((100 * free) / total)));
}
