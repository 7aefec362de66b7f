// The Lease object on the wire (coordination.k8s.io/v1, spec fields as in client-go's LeaderElectionRecord) and its requests.
import type { KubeTransport } from "../../kube/transport.ts";
import type { KubeObject } from "../../kube/types.ts";

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseRef {
  readonly namespace: string;
  readonly name: string;
}

/** The path of all Leases of a namespace. */
export function leasesPath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
}

/** metav1.MicroTime: RFC 3339 in UTC with exactly six decimals, which Go's parser of it demands. */
export function microTime(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, -1)}000Z`;
}

/**
 * Requests for one Lease, each within `timeoutMs`. Writes pass a shut fence: the Lease is what opens it. Rejections are those
 * of the transport, not-found included.
 */
export class LeaseClient {
  readonly #transport: Pick<KubeTransport, "request">;
  readonly #ref: LeaseRef;
  readonly #path: string;

  constructor(options: { transport: Pick<KubeTransport, "request">; ref: LeaseRef }) {
    this.#transport = options.transport;
    this.#ref = options.ref;
    this.#path = `${leasesPath(options.ref.namespace)}/${encodeURIComponent(options.ref.name)}`;
  }

  read(options: { timeoutMs: number; signal: AbortSignal | undefined }): Promise<Lease> {
    return this.#transport.request<Lease>({ method: "GET", path: this.#path, ...options });
  }

  create(spec: LeaseSpec, options: { timeoutMs: number }): Promise<Lease> {
    const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: this.#ref, spec };
    const path = leasesPath(this.#ref.namespace);
    return this.#transport.request<Lease>({ method: "POST", path, body, unfenced: true, ...options });
  }

  /** Fails with a conflict unless the Lease still has the resourceVersion that `lease` carries. */
  replace(lease: Lease, options: { timeoutMs: number }): Promise<Lease> {
    return this.#transport.request<Lease>({ method: "PUT", path: this.#path, body: lease, unfenced: true, ...options });
  }
}
