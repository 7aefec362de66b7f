// What the block of a RegistryProject asks for beyond the workspace (1.9): descriptions of images, and a bound on their tags.
import type { WritePermit } from "../collection.ts";
import type { RegistryFacet, Repository, UpkeepPlan } from "../facets/registry.ts";
import type { Upkeep } from "../facets/upkeep.ts";
import { orAbsent } from "../kit/error-table.ts";
import { readBlock } from "../kit/settings.ts";
import { easystack, type RetentionOptions, type WorkspaceOptions } from "./blocks.ts";
import type { ProjectClient } from "./client.ts";
import { tagList, type TagOnWire } from "./registry-wire.ts";
import { surplusOf } from "./retention.ts";

const DEFAULT_DELETIONS_PER_RUN = 10;

export function upkeepBy(client: ProjectClient): NonNullable<RegistryFacet["upkeep"]> {
  return async ({ name: project }, repositories, { options: given, cleans, nowMs }, signal): Promise<UpkeepPlan> => {
    const options = readBlock("spec.easystack", easystack.blocks.RegistryProject.schema, given);
    const cleaning = new Cleaning(client, { project, nowMs });
    return {
      ...descriptions(client, { project, repositories, declared: options.images ?? [] }),
      cleaning: cleans && options.retention ? await cleaning.plan(repositories, options.retention, signal) : [],
    };
  };
}

interface Described {
  readonly project: string;
  readonly repositories: readonly Repository[];
  readonly declared: NonNullable<WorkspaceOptions["images"]>;
}

function descriptions(
  client: ProjectClient,
  { project, repositories, declared }: Described,
): Pick<UpkeepPlan, "changes" | "missing"> {
  const shown = new Map(repositories.map(({ name, description = "" }) => [name, description]));
  const isShown = ({ name }: { readonly name: string }): boolean => shown.has(name);
  const differing = declared.filter((image) => isShown(image) && shown.get(image.name) !== image.description);
  return {
    missing: declared.filter((image) => !isShown(image)).map(({ name }) => `spec.easystack.images[${name}]`),
    changes: differing.map(({ name: image, description }) => ({
      field: `spec.easystack.images[${image}].description`,
      before: shown.get(image),
      after: description,
      async send({ signal }: WritePermit) {
        const call = { operation: "DescribeImage", names: { project, image }, body: { description }, signal } as const;
        await client.send(call);
      },
    })),
  };
}

/** One run of a retention. */
class Cleaning {
  readonly #client: ProjectClient;
  readonly #of: { readonly project: string; readonly nowMs: number };

  constructor(client: ProjectClient, of: { readonly project: string; readonly nowMs: number }) {
    this.#client = client;
    this.#of = of;
  }

  /** Image by image, until there is enough for one run. A list that shows another number of tags than the image has is not trusted. */
  async plan(repositories: readonly Repository[], rules: RetentionOptions, signal: AbortSignal): Promise<Upkeep[]> {
    const most = rules.maxDeletionsPerRun ?? DEFAULT_DELETIONS_PER_RUN;
    const steps: Upkeep[] = [];
    for (const { name: image, tagCount } of repositories) {
      if (steps.length >= most) break;
      if (tagCount <= rules.keepLatest) continue;
      const tags = await this.#tags(image, signal);
      if (tags.length !== tagCount) continue;
      steps.push(...surplusOf(tags, rules, this.#of.nowMs).map((tag) => this.#deletion(image, tag, rules)));
    }
    return steps.slice(0, most);
  }

  #deletion(image: string, { tag_name: name, creation_time: time }: TagOnWire, rules: RetentionOptions): Upkeep {
    const { project, nowMs } = this.#of;
    return {
      field: "spec.easystack.retention",
      before: `${image}:${name}`,
      after: undefined,
      // Between the decision and its turn somebody may have pushed: what was surplus may be the newest now.
      send: async ({ signal }) => {
        const tags = await this.#tags(image, signal);
        const isStill = surplusOf(tags, rules, nowMs).some(
          (tag) => tag.tag_name === name && tag.creation_time === time,
        );
        if (!isStill) return;
        const call = { operation: "DeleteTag", names: { project, image }, body: { tags: [name] }, signal } as const;
        await orAbsent(this.#client.send(call));
      },
    };
  }

  async #tags(image: string, signal: AbortSignal): Promise<readonly TagOnWire[]> {
    const call = { operation: "ListTags", names: { project: this.#of.project, image }, signal } as const;
    const found = await this.#client.find(call, tagList);
    return found === "Absent" ? [] : found;
  }
}
