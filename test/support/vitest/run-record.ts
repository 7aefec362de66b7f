// What a run of the tests leaves behind for test/aftermath: who asked the API server for what, every status that was seen, and
// which files ran.
import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject, Vitest } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    run: RunRecord;
  }
}

/** The project that judges what the others left behind. */
export const AFTERMATH = "aftermath";

export interface RunRecord {
  /** Removed at the end of the run. */
  readonly directory: string;
  /** Audit logs of API servers: of the shared one, and of those that a test adds. */
  readonly auditLogs: string;
  /** JSON lines: each version of a resource that a stand saw. */
  readonly statuses: string;
  /** A line for each file of the suite that ran, by `mark.ts`. */
  readonly marks: string;
  /** Every file of the suite, whatever the run was narrowed to. */
  readonly suite: readonly string[];
  /** What narrowed the run, for people; undefined where nothing did and the suite runs as a whole. */
  readonly narrowedBy: string | null;
}

export async function createRunRecord(project: TestProject): Promise<RunRecord> {
  const { vitest } = project;
  const directory = await mkdtemp(path.join(tmpdir(), "yunfan-run-"));
  const [auditLogs, statuses] = [path.join(directory, "audit"), path.join(directory, "statuses")];
  await Promise.all([mkdir(auditLogs), mkdir(statuses)]);
  const judged = vitest.projects.filter(({ name }) => name !== AFTERMATH);
  const found = await Promise.all(judged.map((each) => each.globTestFiles()));
  return {
    directory,
    auditLogs,
    statuses,
    marks: path.join(directory, "marks"),
    suite: found.flatMap(({ testFiles }) => testFiles),
    narrowedBy: narrowedBy(vitest),
  };
}

/** Files of the suite that ran so far. */
export async function ranSoFar({ marks }: RunRecord): Promise<ReadonlySet<string>> {
  return new Set((await readFile(marks, "utf8").catch(() => "")).split("\n").filter(Boolean));
}

/**
 * By what was asked for, never by what was found: a whole run that left a file out has to fail. The pattern is internal to
 * vitest; where it came under another name, a narrowed run would count as a whole one and say which files are missing.
 */
function narrowedBy(vitest: Vitest): string | null {
  const { filenamePattern } = vitest as unknown as { filenamePattern?: readonly string[] };
  const { testNamePattern, shard, changed, related, tagsFilter, cliOptions } = vitest.config as Narrowing;
  const reasons = {
    "the names of files": filenamePattern,
    "-t": testNamePattern,
    "--shard": shard,
    "--changed": changed,
    "vitest related": related,
    tags: tagsFilter,
    "--project": cliOptions?.project,
    "--last-failed": cliOptions?.lastFailed,
  };
  const first = Object.entries(reasons).find(([, value]) => isSet(value));
  return first?.[0] ?? null;
}

interface Narrowing extends Pick<Vitest["config"], "testNamePattern" | "shard" | "changed" | "related" | "tagsFilter"> {
  readonly cliOptions?: { readonly project?: unknown; readonly lastFailed?: unknown };
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== null;
}
