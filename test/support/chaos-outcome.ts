// What must be true when chaos is over: each declared project exists exactly once and as declared, all others are gone, and
// nobody else's things were touched.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { RegistryProject } from "../../src/crds/registryproject/schema.ts";
import type { Bed, CloudState, Visibility } from "./chaos-bed.ts";
import { flawsOf } from "./hygiene.ts";
import type { LoggedRequest } from "./simulator.ts";

/** The visibility of each project that shall exist, by name (of resource and project alike). */
export type Declared = ReadonlyMap<string, Visibility>;

/** Waits until the outcome is as declared; fails with what is wrong when it is not after that time. Resolves with the time. */
export async function convergence(bed: Bed, declared: Declared, timeoutMs: number): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const flaws = await flawsOfOutcome(bed, declared);
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
  const trace = { logs, versions: stand.versions(), requests: await bed.requestsSince(0) };
  await writeFile(file, JSON.stringify(trace));
  return file;
}

/** One line for each way in which kube or cloud are not as declared. */
export async function flawsOfOutcome(bed: Bed, declared: Declared): Promise<string[]> {
  const [resources, state, requests, secrets] = await Promise.all([
    bed.list(),
    bed.cloud(),
    bed.requestsSince(0),
    bed.published(),
  ]);
  const mayPublish = new Set([...declared.keys()].map(pullSecretOf));
  return [
    ...[...declared].flatMap(([name, visibility]) => flawsOfProject({ name, visibility }, resources, state)),
    ...resources
      .filter(({ metadata }) => !declared.has(metadata.name))
      .map(({ metadata }) => `${metadata.name} is left`),
    ...flawsOfCloud(state, bed.bystanders, declared),
    ...flawsOfEffects(bed, requests),
    ...secrets.filter((secret) => !mayPublish.has(secret)).map((secret) => `Secret ${secret} is left`),
  ];
}

/** How tests here name the pull Secret of a resource. */
export function pullSecretOf(name: string): string {
  return `${name}-pull`;
}

function flawsOfProject(
  { name, visibility }: { name: string; visibility: Visibility },
  resources: readonly RegistryProject[],
  { projects }: CloudState,
): string[] {
  const [found, ...others] = projects.filter((project) => project.name === name);
  if (!found) return [`${name} does not exist in the cloud`];
  if (others.length > 0) return [`${name} exists ${others.length + 1} times in the cloud`];
  const resource = resources.find(({ metadata }) => metadata.name === name);
  if (!resource) return [`there is no RegistryProject ${name}`];
  return [
    ...(found.public === (visibility === "Public") ? [] : [`${name} is not ${visibility}`]),
    ...flawsOfStatus(resource, found.id).map((flaw) => `${name} ${flaw}`),
  ];
}

function flawsOfStatus({ status, metadata }: RegistryProject, id: string): string[] {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const rules: readonly (readonly [string, boolean])[] = [
    [`is not Ready: ${ready?.reason} ${ready?.message}`, ready?.status !== "True"],
    ["shows an earlier generation", status.observedGeneration !== metadata.generation],
    [`has id ${status.externalId}`, status.externalId !== id],
    ["has an open journal", status.operation !== undefined],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

function flawsOfCloud({ projects, images }: CloudState, bystanders: CloudState, declared: Declared): string[] {
  const untouched = new Set(bystanders.projects.map(({ id }) => id));
  const surplus = projects.filter(({ id, name }) => !untouched.has(id) && !declared.has(name));
  const kept = projects.filter(({ id }) => untouched.has(id));
  return [
    ...surplus.map(({ id, name }) => `${name} (${id}) is left in the cloud`),
    ...(isDeepStrictEqual(kept, bystanders.projects) ? [] : ["other people's projects were touched"]),
    ...(isDeepStrictEqual(images.slice(0, bystanders.images.length), bystanders.images)
      ? []
      : ["other people's images were touched"]),
  ];
}

/** Each journaled nonce has made one project at most, and nothing was written outside of projects. */
function flawsOfEffects(bed: Bed, requests: readonly LoggedRequest[]): string[] {
  const effects = requests.filter(({ effect }) => effect);
  const posts = effects.filter(({ method }) => method === "POST").length;
  const nonces = noncesOf(bed).size;
  const strange = effects.filter(({ path }) => !/^\/registry\/api\/projects(?:\/\d+)?$/.test(path));
  return [
    ...(posts > nonces ? [`${posts} creates took effect for ${nonces} journaled nonces`] : []),
    ...strange.map(({ method, path }) => `${method} ${path} changed something`),
  ];
}

/** All that ever stood in a journal. */
export function noncesOf({ stand }: Bed): ReadonlySet<string> {
  return new Set(stand.versions().flatMap(({ status }) => status.operation?.nonce ?? []));
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
