// When chaos is over: waiting until all is as declared, and what must hold whatever was churned.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Bed } from "./bed.ts";
import { flawsOf } from "../environment/invariants.ts";
import type { Resource } from "../environment/status-watch.ts";

/** One line for each way in which kube or cloud are not as declared. */
export type Flaws = () => Promise<readonly string[]>;

/** Waits until the outcome is as declared; fails with what is wrong when it is not after that time. Resolves with the time. */
export async function convergence(bed: Bed, flawsOfOutcome: Flaws, timeoutMs: number): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const flaws = await flawsOfOutcome();
    const tookMs = Math.round(performance.now() - beganMs);
    if (flaws.length === 0) return tookMs;
    if (tookMs > timeoutMs) expect.fail(`After ${tookMs} ms: ${flaws.join("; ")}. Trace: ${await writeTrace(bed)}`);
    await pause(200);
  }
}

/** All that was seen, in a file, because a storm does not come twice. Resolves with its path. */
async function writeTrace(bed: Bed): Promise<string> {
  const { stand } = bed;
  const file = join(tmpdir(), `${stand.namespace}.trace.json`);
  const logs = stand.operators.map(({ pid, log }) => ({ pid, log }));
  const trace = { logs, versions: stand.versions(), cloud: await bed.cloud(), requests: await bed.requestsSince(0) };
  await writeFile(file, JSON.stringify(trace));
  return file;
}

/** What a resource is judged by: as the API server returns it, or as a watch shows it. */
interface Judged {
  readonly metadata: { readonly generation?: number };
  readonly status: {
    readonly observedGeneration?: number | undefined;
    readonly externalId?: string | undefined;
    readonly operation?: object | undefined;
    readonly conditions?: readonly { type: string; status: string; reason: string; message: string }[] | undefined;
  };
}

/** In which ways a resource does not say that it stands for that thing and is as declared. */
export function flawsOfStatus({ status, metadata }: Judged, id: string): string[] {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const rules: readonly (readonly [string, boolean])[] = [
    [`is not Ready: ${ready?.reason} ${ready?.message}`, ready?.status !== "True"],
    ["shows an earlier generation", status.observedGeneration !== metadata.generation],
    [`has id ${status.externalId}`, status.externalId !== id],
    ["has an open journal", status.operation !== undefined],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

/** All that ever stood in a journal of that kind. */
export function noncesOf({ stand }: Bed, kind: string): ReadonlySet<string> {
  const creates = stand.versions().filter((version) => version.kind === kind && isCreating(version));
  return new Set(creates.flatMap(({ status }) => status.operation?.nonce ?? []));
}

/** An operation is the journal of a create, and what becomes of it; or something else that is under way. */
export function isCreating({ status }: Resource): boolean {
  const operation = status.operation as { readonly verb?: string } | undefined;
  return operation?.verb === "Create";
}

/** No status that was ever shown breaks kstatus, and no operator ended by itself. */
export function expectClean({ stand }: Bed): void {
  const flaws = stand.versions().flatMap((version) => flawsOf(version).map((flaw) => `${version.kind}: ${flaw}`));
  expect([...new Set(flaws)]).toEqual([]);
  const fatal = stand.operators.flatMap(({ log }) => log.filter(({ level }) => level === "fatal"));
  expect(fatal).toEqual([]);
}

/** A line of figures beside the test results. */
export function report(line: string): void {
  process.stderr.write(`chaos: ${line}\n`);
}
