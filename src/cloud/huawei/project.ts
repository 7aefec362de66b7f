// The id of the account's project: given, told by the token, or looked up by its name (CCE API Reference 3.2, 7.5).
import * as z from "zod";
import { CloudError } from "../errors.ts";
import type { Requests } from "../kit/requests.ts";
import type { ProjectAuthenticator } from "./authentication.ts";
import type { ProjectReference } from "./config.ts";
import type { Operation } from "./errors.ts";
import type { Services } from "./services.ts";
import { SingleFlight } from "../../lib/single-flight.ts";
import { listOf } from "../kit/wire.ts";

export interface ProjectOptions {
  readonly reference: ProjectReference;
  readonly requests: Requests<Operation>;
  readonly services: Services;
  readonly authenticator: ProjectAuthenticator;
  /** Ends a look-up under way. */
  readonly closed: AbortSignal;
}

export class Project {
  readonly #options: ProjectOptions;
  readonly #search: SingleFlight<string>;
  #id: string | undefined;

  constructor(options: ProjectOptions) {
    this.#options = options;
    this.#search = new SingleFlight(() => this.#find());
  }

  /** Looked up once; throws CloudError Rejected where there is not exactly one project of that name. */
  async id(signal: AbortSignal): Promise<string> {
    return this.#id ?? (await this.#search.join(signal));
  }

  async #find(): Promise<string> {
    const { reference, authenticator, closed } = this.#options;
    this.#id =
      "id" in reference
        ? reference.id
        : ((await authenticator.projectId(closed)) ?? (await this.#byName(reference.name)));
    return this.#id;
  }

  /** `name` may be ignored by the service, which then lists all. */
  async #byName(name: string): Promise<string> {
    const { requests, services, closed } = this.#options;
    const request = {
      operation: "FindProject",
      method: "GET",
      path: "/v3/auth/projects",
      query: [["name", name]],
      headers: { "content-type": "application/json" },
      signal: closed,
    } as const;
    const { value } = await requests.read(services.iam, request, projectList);
    const [found, ...others] = value.projects.filter((project) => project.name === name);
    if (found === undefined || others.length > 0) {
      throw new CloudError("Rejected", {
        message: `The account has ${found === undefined ? "no project" : "several projects"} named ${JSON.stringify(name)}`,
        advice: "Set spec.huawei.projectId or spec.huawei.projectName of the account",
      });
    }
    return found.id;
  }
}

const projectList = z.object({ projects: listOf(z.object({ id: z.string().min(1), name: z.string() })) });
