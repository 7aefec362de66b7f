// The hosts of one account, each with its pool of connections: CCE, IAM, and an add-on service for each cluster.
import type { CloudDeps } from "../contract.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { HttpSession } from "../http/http.ts";
import type { Endpoints } from "./endpoints.ts";
import { encodePath } from "./signer.ts";

export interface Service {
  readonly endpoint: Endpoint;
  /** The endpoint's own path as it goes on the wire; empty where the API lies at the root. */
  readonly encodedBasePath: string;
  readonly http: HttpSession;
}

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
    const opened = this.#opened.get(key);
    if (opened !== undefined) return opened;
    const http = new HttpSession(endpoint, this.#deps);
    const service = { endpoint, encodedBasePath: encodePath(endpoint.basePath), http };
    this.#opened.set(key, service);
    return service;
  }
}
