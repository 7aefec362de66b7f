// The names of the account's project and of its department (1.17): what is made in the project has to name both.
import * as z from "zod";
import type { TokenAuthenticator } from "../keystone/tokens.ts";
import { lenientObject, listOf, text } from "../kit/wire.ts";
import type { ProjectClient } from "./client.ts";

const project = lenientObject({ project_name: text, project_id: text });

const organisation = z.object({
  domains_selector: listOf(lenientObject({ domain_name: text, projects: listOf(project).catch([]) })),
});

/** Undefined where neither the organisation nor the token tells it. */
export interface ProjectNames {
  readonly projectId: string;
  readonly projectName: string | undefined;
  readonly domainName: string | undefined;
}

export class Organisation {
  readonly #client: ProjectClient;
  readonly #tokens: TokenAuthenticator;
  #known: ProjectNames | undefined;

  constructor(client: ProjectClient, tokens: TokenAuthenticator) {
    this.#client = client;
    this.#tokens = tokens;
  }

  /** As it is now. What it does not tell of the project, the token may. */
  async read(signal: AbortSignal): Promise<ProjectNames> {
    const { value } = await this.#client.read({ operation: "GetOrganisation", signal }, organisation);
    const { projectId = "", projectName, domainName } = await this.#tokens.grant(signal);
    const all = value.domains_selector.flatMap(({ domain_name: department, projects }) =>
      projects.map(({ project_id: id, project_name: name }) => ({
        projectId: id,
        projectName: name,
        domainName: department,
      })),
    );
    this.#known = all.find((entry) => entry.projectId === projectId) ?? { projectId, projectName, domainName };
    return this.#known;
  }

  /** As it was read last; names of projects change hardly ever. */
  async names(signal: AbortSignal): Promise<ProjectNames> {
    return this.#known ?? this.read(signal);
  }
}
