// Keeps each version of a resource that a stand saw, as far as kstatus and Argo CD read it, for test/aftermath.
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { inject } from "vitest";

interface Version {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly generation: number;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status: object;
}

/** Versions that read alike are kept once. */
export async function recordStatuses(versions: readonly Version[]): Promise<void> {
  const lines = new Set(versions.map((version) => JSON.stringify(essence(version))));
  if (lines.size === 0) return;
  await writeFile(path.join(inject("run").statuses, `${randomUUID()}.jsonl`), `${[...lines].join("\n")}\n`);
}

/** Without what changes for other reasons: annotations of tests, the resourceVersion, managed fields. */
function essence({ kind, metadata, status }: Version): object {
  const { name, namespace, generation, deletionTimestamp } = metadata;
  const paused = metadata.annotations?.["yunfan.dev/paused"];
  const annotations = paused !== undefined && { annotations: { "yunfan.dev/paused": paused } };
  const kept = { name, namespace, generation, deletionTimestamp, ...annotations };
  return { apiVersion: "yunfan.dev/v1alpha1", kind, metadata: kept, status };
}
