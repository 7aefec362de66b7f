// Requests to CCE in the account's project, and to the add-on service of one of its clusters (huawei-cce.txt 3.1).
import type { z } from "zod";
import type { HttpAnswer } from "../http/answer.ts";
import { pathOf } from "./paths.ts";
import type { Project } from "./project.ts";
import type { Request, Requests } from "./requests.ts";
import type { Service, Services } from "./services.ts";
import { readJson } from "./wire.ts";

/** `path`: below /api/v3/projects/{project_id}, or where `addonsOf` is given below /api/v3 of that cluster's add-on service. */
export interface Call extends Omit<Request, "headers"> {
  readonly addonsOf?: string | undefined;
}

export class HuaweiClient {
  readonly #services: Services;
  readonly #requests: Requests;
  readonly #project: Project;

  constructor(options: { services: Services; requests: Requests; project: Project }) {
    this.#services = options.services;
    this.#requests = options.requests;
    this.#project = options.project;
  }

  /** Gets all that a request needs beforehand, so that the next one goes out without another. Throws as `send` does. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#project.id(signal);
    await this.#requests.ready(signal);
  }

  /** See `Requests.send`. */
  async send(call: Call): Promise<HttpAnswer> {
    const { addonsOf, ...request } = call;
    const projectId = await this.#project.id(call.signal);
    const [service, below, scope] = this.#addressOf(addonsOf, projectId);
    return this.#requests.send(service, {
      ...request,
      path: below + call.path,
      // With a key, the project is told nowhere else in requests for add-ons.
      headers: { ...scope, "x-project-id": projectId },
    });
  }

  /** Sends it and reads the answer by `schema`; what does not fit it is CloudError `Unavailable`. */
  async read<T extends z.ZodType>(call: Call, schema: T): Promise<{ value: z.output<T>; answer: HttpAnswer }> {
    const answer = await this.send(call);
    return { value: readJson(call.operation, answer.body, schema), answer };
  }

  #addressOf(clusterId: string | undefined, projectId: string): [Service, string, Record<string, string>] {
    if (clusterId === undefined) return [this.#services.cce, pathOf("api", "v3", "projects", projectId), {}];
    return [this.#services.addons(clusterId), pathOf("api", "v3"), { "x-cluster-id": clusterId }];
  }
}
