// One target cluster by its kubeconfig: connections that are made when they are needed and closed when they are not, and requests in
// the name of whoever is asked for. What comes back is the clouds' common word for it.
import type { Follow, Send } from "../../cloud/manifests/channel.ts";
import { MARKS } from "../../cloud/manifests/marks.ts";
import { kubernetesPath } from "../../cloud/manifests/paths.ts";
import { errorOfStatus } from "../../cloud/manifests/status-error.ts";
import { CloudError } from "../../cloud/errors.ts";
import { metadataAccept } from "../../kube/client.ts";
import { KubeError, KubeUnreachableError } from "../../kube/errors.ts";
import { KubeTransport } from "../../kube/transport.ts";
import { sleep, type Clock } from "../../lib/clock.ts";
import type { Fence } from "../../lib/fence.ts";
import type { Logger } from "../../lib/log.ts";
import type { Gate } from "./gate.ts";
import type { InlineKubeconfig } from "./inline-kubeconfig.ts";

/** A ServiceAccount of the target. */
export interface Actor {
  readonly namespace: string;
  readonly name: string;
}

/** Where requests to targets are counted. Methods must not throw. */
export interface TargetMetrics {
  /** `code` is the HTTP status, or "<error>" where no answer came. */
  requested(request: { target: string; verb: string; code: string }): void;
  /** A target was opened (1) or closed (-1). */
  open(change: 1 | -1): void;
  /** Nobody works in it any more. */
  forget(target: string): void;
}

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fence: Fence;
  readonly userAgent: string;
  readonly metrics: TargetMetrics;
}

interface Opening extends ConnectionDeps {
  /** "namespace/name" of its ManagedCluster. */
  readonly target: string;
  readonly gate: Gate;
  readonly kubeconfig: InlineKubeconfig;
  /** The kubeconfig as it is published now, where it is another one by now; asked when the target refuses this one. */
  readonly renewed: (signal: AbortSignal) => Promise<InlineKubeconfig | undefined>;
}

/** A target that takes longer is no good to others that wait. */
const REQUEST_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A watch begins anew after that; within it, one that brings no bookmark for so long is dead. */
const WATCH_SECONDS = 600;
const WATCH_SILENCE_MS = 180_000;

export class Connection implements AsyncDisposable {
  readonly #opening: Opening;
  #transport: KubeTransport;
  #watches = 0;
  readonly #ended = new AbortController();
  /** Of former kubeconfigs, until what is under way over them is over. */
  readonly #retiring = new Set<Promise<void>>();

  constructor(opening: Opening) {
    this.#opening = opening;
    this.#transport = transportTo(opening, opening.kubeconfig);
    opening.metrics.open(1);
  }

  /** Whether somebody is told of changes over it. */
  get isWatched(): boolean {
    return this.#watches > 0;
  }

  /** As this ServiceAccount of the target; as the kubeconfig's own user where there is none. */
  as(actor: Actor | undefined): Send {
    const headers = headersOf(actor);
    return async (request) => {
      const used = this.#transport;
      try {
        return await this.#request(request, headers);
      } catch (error) {
        if (!(error instanceof CloudError) || error.kind !== "Unauthenticated") throw error;
        if (!(await this.#renew(used, request.signal))) throw error;
        return this.#request(request, headers);
      }
    };
  }

  /** Metadata of our objects, as `as` has who asks. Whether the target answers is for requests to find out. */
  follow(actor: Actor | undefined): Follow {
    return async (kind, namespace, signal) => {
      const operation = `Watch ${kind.kind}`;
      const segments = kubernetesPath(kind, namespace === undefined ? {} : { namespace });
      const request = {
        path: `/${segments.map(encodeURIComponent).join("/")}`,
        query: { watch: true, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS, labelSelector: MARKS.set },
        accept: metadataAccept("PartialObjectMetadata"),
        headers: headersOf(actor),
        signal,
        idleTimeoutMs: () => WATCH_SILENCE_MS,
      };
      const lines = await this.#transport.stream(request).catch((error: unknown) => {
        throw error instanceof KubeError ? errorOfStatus(error.status, { operation, isSecret: false }) : error;
      });
      return this.#counted(lines);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#opening.metrics.open(-1);
    this.#ended.abort();
    await Promise.all([...this.#retiring, this.#transport[Symbol.asyncDispose]()]);
  }

  async *#counted(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    this.#watches += 1;
    try {
      yield* lines;
    } finally {
      this.#watches -= 1;
    }
  }

  async #request(...[request, headers]: [Parameters<Send>[0], Readonly<Record<string, string>>]): Promise<unknown> {
    const { gate } = this.#opening;
    const { operation, isSecret, signal, path: segments, ...call } = request;
    const path = `/${segments.map(encodeURIComponent).join("/")}`;
    try {
      const answer = await this.#transport.request({ ...call, path, headers, signal });
      gate.answered();
      return answer;
    } catch (error) {
      if (error instanceof KubeError) {
        gate.answered();
        throw errorOfStatus(error.status, { operation, isSecret });
      }
      if (!(error instanceof KubeUnreachableError)) throw error;
      gate.silent();
      throw new CloudError("Unavailable", {
        message: `${operation}: no answer from the cluster`,
        advice: "",
        cause: error,
      });
    }
  }

  /** Whether there is another kubeconfig by now than the one that was used: others may have found it meanwhile. */
  async #renew(used: KubeTransport, signal: AbortSignal): Promise<boolean> {
    if (this.#transport !== used) return true;
    const kubeconfig = await this.#opening.renewed(signal);
    if (!kubeconfig) return this.#transport !== used;
    const retiring = this.#retire(this.#transport).finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
    this.#transport = transportTo(this.#opening, kubeconfig);
    return true;
  }

  /** When the requests that are under way over it have their answers, or the connection ends. */
  async #retire(former: KubeTransport): Promise<void> {
    await sleep(this.#opening.clock, REQUEST_TIMEOUT_MS, this.#ended.signal).catch(() => undefined);
    await former[Symbol.asyncDispose]();
  }
}

function headersOf(actor: Actor | undefined): Readonly<Record<string, string>> {
  return actor ? { "impersonate-user": `system:serviceaccount:${actor.namespace}:${actor.name}` } : {};
}

/** Whether it came of the target not answering at all, rather than of what it answered. */
export function isSilence(error: unknown): boolean {
  return error instanceof CloudError && error.codes.length === 0 && ["Unavailable", "Unreachable"].includes(error.kind);
}

function transportTo(
  { clock, log, fence, userAgent, metrics, target }: Opening,
  { kubeConfig }: InlineKubeconfig,
): KubeTransport {
  return KubeTransport.create({
    kubeConfig,
    clock,
    log,
    fence,
    userAgent,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    connecting: { http2: true, connectTimeoutMs: CONNECT_TIMEOUT_MS },
    onResponse: ({ method, code }) => metrics.requested({ target, verb: method, code }),
  });
}
