// Requests to CCE in the account's project, and to the add-on service of one of its clusters (CCE API Reference 3.1).
import type * as z from "zod";
import type { HttpAnswer } from "../http/answer.ts";
import { orAbsent } from "../kit/error-table.ts";
import type { Client, Request, Requests, Service } from "../kit/requests.ts";
import { pathOf } from "../kit/uri.ts";
import type { Operation } from "./errors.ts";
import type { Project } from "./project.ts";
import type { Services } from "./services.ts";

/** `path`: below /api/v3/projects/{project_id}, or where `addonsOf` is given below /api/v3 of that cluster's add-on service. */
export interface Call extends Omit<Request<Operation>, "headers"> {
  readonly addonsOf?: string | undefined;
}

export class HuaweiClient {
  readonly #services: Services;
  readonly #requests: Requests<Operation>;
  readonly #project: Project;

  constructor(options: { services: Services; requests: Requests<Operation>; project: Project }) {
    this.#services = options.services;
    this.#requests = options.requests;
    this.#project = options.project;
  }

  /** Id of the account's project. Throws as `send` does. */
  async projectId(signal: AbortSignal): Promise<string> {
    return this.#project.id(signal);
  }

  /** Gets all that a request needs beforehand, so that the next one goes out without another. Throws as `send` does. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#project.id(signal);
    await this.#requests.ready(signal);
  }

  /** See `Requests.send`. */
  async send(call: Call): Promise<HttpAnswer> {
    const { service, request } = await this.#addressed(call);
    return this.#requests.send(service, request);
  }

  /** See `Requests.read`. */
  async read<T extends z.ZodType>(call: Call, schema: T): Promise<{ value: z.output<T>; answer: HttpAnswer }> {
    const { service, request } = await this.#addressed(call);
    return this.#requests.read(service, request, schema);
  }

  /** For reads by id: `Absent` where the cloud says that there is no such thing. */
  async find<T extends z.ZodType>(call: Call, schema: T): Promise<z.output<T> | "Absent"> {
    const found = await orAbsent(this.read(call, schema));
    return found === "Absent" ? found : found.value;
  }

  /** Kubernetes' own paths at the host of a cluster (3.1). Throws CloudError Rejected where the id can't be part of a host's name. */
  intoCluster(clusterId: string, requests: Requests<string>): Client<string> {
    const service = this.#services.addons(clusterId);
    const addressed = async (request: Request<string>): Promise<Request<string>> => {
      const projectId = await this.#project.id(request.signal);
      const headers = { ...JSON_ALWAYS, ...request.headers, "x-project-id": projectId, "x-cluster-id": clusterId };
      return { ...request, headers };
    };
    return {
      send: async (request) => requests.send(service, await addressed(request)),
      read: async (request, schema) => requests.read(service, await addressed(request), schema),
    };
  }

  async #addressed({ addonsOf, ...call }: Call): Promise<{ service: Service; request: Request<Operation> }> {
    const projectId = await this.#project.id(call.signal);
    // With a key, the project is told nowhere else in requests for add-ons.
    const headers = { ...JSON_ALWAYS, "x-project-id": projectId };
    if (addonsOf === undefined) {
      const path = pathOf("api", "v3", "projects", projectId) + call.path;
      return { service: this.#services.cce, request: { ...call, path, headers } };
    }
    const path = pathOf("api", "v3") + call.path;
    const request = { ...call, path, headers: { ...headers, "x-cluster-id": addonsOf } };
    return { service: this.#services.addons(addonsOf), request };
  }
}

/** Required of every request, also of those without a body (4.1.5, 4.1.6). */
const JSON_ALWAYS = { "content-type": "application/json" } as const;
