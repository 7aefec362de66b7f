// The pooled connections to the API server: one pool for requests, one for streams, built anew when TLS settings change.
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { fenceWrites } from "../lib/fenced-dispatcher.ts";
import type { Fence } from "../lib/fence.ts";
import type { TlsSettings } from "./credentials.ts";

/** Requests at once; more wait for a free connection. */
const REQUEST_CONNECTIONS = 32;
/** kube-apiserver closes idle connections after 90 s, and load balancers after 60 s: we are first. */
const IDLE_CONNECTION_MS = 30_000;
/** A page of 500 objects of the greatest size that etcd takes is larger, but then our memory would be gone as well. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

interface Pools {
  /** Fences writes. */
  readonly requests: Dispatcher;
  /** The same connections without the fence. */
  readonly unfenced: Dispatcher;
  /** Unbounded, so that no watch waits for another to end; of its own, so that watches never take a request's connection. */
  readonly streams: Dispatcher;
}

export interface Connecting {
  /** All requests over one connection where the server takes that; unset: HTTP/1.1 over several. */
  http2?: boolean;
  /** Unset: as long as a request may take. */
  connectTimeoutMs?: number;
}

interface ConnectionsOptions extends Connecting {
  fence: Fence;
  /** The kubeconfig's `proxy-url`: http, https or socks5. */
  proxyUrl?: string | undefined;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  /** Includes pools that are being retired: they live on until their last watch has ended. */
  readonly #open = new Set<Dispatcher>();
  #tls: TlsSettings | undefined;
  #pools: Pools | undefined;
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /**
   * The pools for these settings. Another settings object than last time retires the old pools: what is under way on them ends
   * in peace (a watch within its 10 minutes), nothing new goes out on them. Throws after `close`.
   */
  pools(tls: TlsSettings): Pools {
    if (this.#closed) throw new Error("The connections to the API server are closed");
    if (this.#pools && this.#tls === tls) return this.#pools;
    this.#retire();
    const connections = this.#options.http2 ? 1 : REQUEST_CONNECTIONS;
    const unfenced = this.#build(tls, { connections, maxResponseSize: MAX_ANSWER_BYTES });
    const streams = this.#build(tls, { connections: null });
    this.#tls = tls;
    this.#pools = { unfenced, streams, requests: unfenced.compose(fenceWrites(this.#options.fence)) };
    return this.#pools;
  }

  /** Breaks off everything that is under way. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((dispatcher) => dispatcher.destroy()));
    this.#open.clear();
  }

  #retire(): void {
    if (!this.#pools) return;
    for (const dispatcher of [this.#pools.unfenced, this.#pools.streams]) {
      const forget = (): boolean => this.#open.delete(dispatcher);
      dispatcher.close().then(forget, forget);
    }
  }

  #build(tls: TlsSettings, bounds: Pick<Agent.Options, "connections" | "maxResponseSize">): Dispatcher {
    const { proxyUrl, http2 = false, connectTimeoutMs } = this.#options;
    const common: Agent.Options = {
      ...bounds,
      // HTTP/1.1 by default: over HTTP/2 everything shares one connection (measured: 20 watches and 50 requests), and when that one
      // is half-open all watches and requests hang together.
      allowH2: http2,
      ...(!http2 && { pipelining: 1 }),
      keepAliveTimeout: IDLE_CONNECTION_MS,
      // The transport's own clock ends requests and streams.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    const connect = {
      ...tls,
      keepAlive: true,
      keepAliveInitialDelay: IDLE_CONNECTION_MS,
      ...(connectTimeoutMs !== undefined && { timeout: connectTimeoutMs }),
    };
    const dispatcher =
      proxyUrl === undefined
        ? new Agent({ ...common, connect })
        : new ProxyAgent({ ...common, uri: proxyUrl, requestTls: tls });
    this.#open.add(dispatcher);
    return dispatcher;
  }
}
