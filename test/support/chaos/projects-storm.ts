// A storm over registry projects.
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import { isConflict, isNotFound } from "../../../src/kube/errors.ts";
import { noncesOf } from "./outcome.ts";
import { createProjectBed, flawsOfProjects, pullSecretOf, type ProjectBed, type Visibility } from "./projects.ts";
import type { Chance } from "./random.ts";
import { SETTLE_WINDOW_SECONDS, stormFaults, tryTo, type Storm } from "./storm.ts";

/**
 * It stays from the first to the last, and no name comes after it: every list that a fault empties or cuts lacks a known id.
 * Without one, an empty list of an account that holds nothing else would be as good as the truth.
 */
const ANCHOR = "zz-anchor";

export class ProjectStorm implements Storm, AsyncDisposable {
  readonly bed: ProjectBed;
  readonly faults = stormFaults(".*");
  readonly anchor = `registryproject/${ANCHOR}`;
  /** The names' present wishes. */
  readonly #declared = new Map<string, Visibility>([[ANCHOR, "Private"]]);
  readonly #done = { created: 0, changed: 0, deleted: 0 };

  constructor(bed: ProjectBed) {
    this.bed = bed;
  }

  static async on(duplicateNames: "Refuse" | "Allow"): Promise<ProjectStorm> {
    const settleWindowSeconds = SETTLE_WINDOW_SECONDS;
    return new ProjectStorm(await createProjectBed("chaos-storm", { duplicateNames, settleWindowSeconds }));
  }

  async begin(): Promise<void> {
    this.bed.start();
    await this.bed.addAccount("ctyun");
    await this.bed.stand.reaches("cloudaccount/ctyun", "Verified");
    await this.bed.addProject(ANCHOR);
    await this.bed.stand.reaches(this.anchor, "Available");
  }

  isDeclared(name: string): boolean {
    return this.#declared.has(name);
  }

  flaws(): Promise<readonly string[]> {
    return flawsOfProjects(this.bed, this.#declared);
  }

  async act(name: string, chance: Chance): Promise<void> {
    const visibility = chance.oneOf(["Private", "Public"] as const);
    if (!this.#declared.has(name)) await this.#create(name, visibility);
    else if (chance.happens(0.5)) await this.#change(name, visibility);
    else await this.#remove(name);
  }

  figures(): string {
    const { created, changed, deleted } = this.#done;
    const nonces = noncesOf(this.bed, registryProject.type.kind).size;
    const byUsers = `${created} created, ${changed} changed, ${deleted} deleted by users`;
    return `${byUsers}; ${nonces} nonces; ${this.#declared.size} declared at the end`;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.bed[Symbol.asyncDispose]();
  }

  async #create(name: string, visibility: Visibility): Promise<void> {
    const pullSecrets = [{ namespace: this.bed.stand.namespace, name: pullSecretOf(name) }];
    if (!(await tryTo(() => this.bed.addProject(name, { visibility, pullSecrets }), isConflict))) return;
    this.#declared.set(name, visibility);
    this.#done.created += 1;
  }

  async #change(name: string, visibility: Visibility): Promise<void> {
    await this.bed.changeProject(name, { visibility });
    this.#declared.set(name, visibility);
    this.#done.changed += 1;
  }

  async #remove(name: string): Promise<void> {
    await tryTo(() => this.bed.removeProject(name), isNotFound);
    this.#declared.delete(name);
    this.#done.deleted += 1;
  }
}
