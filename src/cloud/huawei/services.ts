// The hosts of one account, each with its pool of connections: CCE, IAM, and an add-on service for each cluster.
import type { CloudDeps } from "../contract.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { serviceAt, type Service } from "../kit/requests.ts";
import type { Endpoints } from "./endpoints.ts";

export class Services {
  readonly #endpoints: Endpoints;
  readonly #deps: CloudDeps;
  /** By origin and path. An add-on host stays until the end: there are at most as many as clusters, and an idle one holds nothing open. */
  readonly #opened = new Map<string, Service>();

  constructor(endpoints: Endpoints, deps: CloudDeps) {
    this.#endpoints = endpoints;
    this.#deps = deps;
  }

  get cce(): Service {
    return this.#at(this.#endpoints.cce);
  }

  get iam(): Service {
    return this.#at(this.#endpoints.iam);
  }

  /** Throws CloudError Rejected where the id can't be part of a host's name. */
  addons(clusterId: string): Service {
    return this.#at(this.#endpoints.addons(clusterId));
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map(({ http }) => http.close()));
  }

  #at(endpoint: Endpoint): Service {
    const key = endpoint.origin + endpoint.basePath;
    const service = this.#opened.get(key) ?? serviceAt(endpoint, this.#deps);
    this.#opened.set(key, service);
    return service;
  }
}
