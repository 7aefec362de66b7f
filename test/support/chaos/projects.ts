// Chaos over registry projects: where it happens, and what must be true when it is over: each declared project exists exactly once
// and as declared, all others are gone, and nobody else's things were touched.
import { isDeepStrictEqual } from "node:util";
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { type Bed, createBed } from "./bed.ts";
import { flawsOfStatus, noncesOf } from "./outcome.ts";
import { accountManifests } from "../environment/manifests.ts";
import { registryProjectManifest } from "../environment/resources.ts";
import type { LoggedRequest, SimulatedProject } from "../clouds/simulator.ts";
import { createStand } from "../environment/environment.ts";

export type Visibility = RegistryProject["spec"]["visibility"];

/** The visibility of each project that shall exist, by name (of resource and project alike). */
export type Declared = ReadonlyMap<string, Visibility>;

export interface ProjectBedOptions {
  readonly duplicateNames?: "Refuse" | "Allow";
  readonly maxPageSize?: number;
  readonly settleWindowSeconds?: number;
}

/** What the cloud holds. */
interface CloudState {
  readonly projects: readonly SimulatedProject[];
  readonly images: readonly object[];
}

export interface ProjectBed extends Bed<CloudState> {
  /** What was there before. */
  readonly bystanders: CloudState;
  addProject(name: string, spec?: Record<string, unknown>): Promise<void>;
  changeProject(name: string, spec: object): Promise<void>;
  removeProject(name: string): Promise<void>;
  projects(): Promise<readonly RegistryProject[]>;
}

const { type } = registryProject;
const DRIFT = { driftIntervalSeconds: 5 };

export async function createProjectBed(prefix: string, options: ProjectBedOptions = {}): Promise<ProjectBed> {
  const { settleWindowSeconds, ...simulatorOptions } = options;
  const stand = await createStand(prefix, simulatorOptions);
  const bed = await createBed<CloudState>({
    stand,
    accountManifests: (account) => accountManifests(stand.simulator, account),
    settleWindowSeconds,
  });
  await seedBystanders(bed);
  return {
    ...bed,
    bystanders: await bed.cloud(),
    addProject: (name, spec = {}) =>
      bed.add(type, registryProjectManifest({ metadata: { name }, spec: { ...DRIFT, ...spec } })),
    changeProject: (name, spec) => bed.change(type, name, spec),
    removeProject: (name) => bed.remove(type, name),
    projects: () => bed.list<RegistryProject>(type),
  };
}

/** What nobody may touch: somebody's public and private projects, and one of ours that no resource names. */
async function seedBystanders({ stand: { simulator } }: Bed): Promise<void> {
  for (const project of [
    { name: "bystander-ours", public: false },
    { name: "bystander-public", public: true, owner: "somebody" },
    { name: "bystander-private", public: false, owner: "somebody" },
  ]) {
    await simulator.behindOurBack("POST", "projects", project);
    await simulator.behindOurBack("POST", "images", { repository: `${project.name}/app`, tag: "1" });
  }
}

/** One line for each way in which kube or cloud are not as declared. */
export async function flawsOfProjects(bed: ProjectBed, declared: Declared): Promise<string[]> {
  const [resources, state, requests, secrets] = await Promise.all([
    bed.projects(),
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
  const nonces = noncesOf(bed, registryProject.type.kind).size;
  const strange = effects.filter(({ path }) => !/^\/registry\/api\/projects(?:\/\d+)?$/.test(path));
  return [
    ...(posts > nonces ? [`${posts} creates took effect for ${nonces} journaled nonces`] : []),
    ...strange.map(({ method, path }) => `${method} ${path} changed something`),
  ];
}
