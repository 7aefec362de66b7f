// kube-apiserver over its lives: started, killed on request, started again on the same port, watched until ready.
import { request } from "node:https";
import { type Clock, sleep, type Timer } from "../src/lib/clock.ts";
import { messageOf } from "../src/lib/errors.ts";
import type { Certificates } from "./certificates.ts";
import { type Component, exitError, startComponent } from "./component.ts";
import type { Guard } from "./guard.ts";

export interface ApiServerOptions {
  binary: string;
  flags: readonly string[];
  directory: string;
  guard: Guard;
  securePort: number;
  certificates: Certificates;
  /** Unset: a death by itself is final and shows in `failed`. */
  respawnMs?: number | undefined;
  log: (message: string) => void;
  clock: Clock;
}

const POLL_MS = 50;
const READY_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** The second one appears a moment after the first answers, and everybody expects it to be there. */
const READY_PATHS = ["/readyz", "/api/v1/namespaces/default"];

/** Keeps one kube-apiserver running. All methods may be called in any state. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #failure = Promise.withResolvers<Error>();
  /** The running process, or the last one. */
  #component: Component | undefined;
  #launching: Promise<void> | undefined;
  #respawn: Timer | undefined;
  /** Aborted by `kill`, so that nobody waits for what was killed. */
  #life = new AbortController();
  #wasReady = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  /** Resolves with the reason when it died by itself and is not started again. Never rejects. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  /** Of the running process, or of the last one; throws before the first start. */
  get pid(): number {
    if (this.#component === undefined) throw new Error("kube-apiserver was never started");
    return this.#component.pid;
  }

  /** Launches it where it does not run; `ready` tells when it answers. */
  async start(): Promise<void> {
    this.#respawn?.cancel();
    if (this.#life.signal.aborted) this.#life = new AbortController();
    this.#launching ??= this.#launch().finally(() => {
      this.#launching = undefined;
    });
    await this.#launching;
  }

  /** SIGKILL; resolves when it is gone. It stays down until `start`, whatever `respawnMs` says. */
  async kill(): Promise<void> {
    this.#respawn?.cancel();
    this.#life.abort(new Error("kube-apiserver was killed"));
    // A launch that failed has told so to whoever asked for it.
    await this.#launching?.catch(() => undefined);
    await this.#component?.kill();
  }

  /** Resolves when it answers as ready to the administrator; rejects when it failed or was killed, after 60 s, on abort. */
  async ready(signal?: AbortSignal): Promise<void> {
    const polling = new AbortController();
    const signals = [polling.signal, this.#life.signal, ...(signal === undefined ? [] : [signal])];
    try {
      await Promise.race([
        this.#poll(AbortSignal.any(signals)),
        this.failed.then((error) => {
          throw error;
        }),
      ]);
      this.#wasReady = true;
    } finally {
      polling.abort();
    }
  }

  async #launch(): Promise<void> {
    if (this.#component?.running === true) return;
    const component = await startComponent({ name: "kube-apiserver", ...this.#options });
    this.#component = component;
    void component.exited.then(() => this.#onExit(component)).catch(this.#failure.resolve);
  }

  async #onExit(component: Component): Promise<void> {
    if (this.#life.signal.aborted) return;
    const { respawnMs, log, clock } = this.#options;
    if (respawnMs === undefined || !this.#wasReady) {
      this.#failure.resolve(await exitError(component));
      return;
    }
    log(
      `kube-apiserver ended with ${await component.exited} and starts again in ${respawnMs / 1000} s; see ${component.log}`,
    );
    this.#respawn = clock.after(respawnMs, () => void this.#startAgain());
  }

  async #startAgain(): Promise<void> {
    const { log } = this.#options;
    const died = new AbortController();
    try {
      await this.start();
      log(`kube-apiserver started again with pid ${this.pid}`);
      void this.#component?.exited.then(() => died.abort());
      await this.ready(died.signal);
      log("kube-apiserver is ready again");
    } catch (error) {
      // `kill` wanted it so, or #onExit tells.
      if (this.#life.signal.aborted || died.signal.aborted) return;
      log(`kube-apiserver did not become ready again: ${messageOf(error)}`);
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + READY_TIMEOUT_MS;
    for (const path of READY_PATHS) {
      while (!(await this.#answers(path, signal))) {
        if (clock.monotonic() > deadline) throw new Error(`kube-apiserver was not ready within ${READY_TIMEOUT_MS} ms`);
        await sleep(clock, POLL_MS, signal);
      }
    }
  }

  #answers(path: string, signal: AbortSignal): Promise<boolean> {
    const { securePort, certificates } = this.#options;
    const { certificate: cert, key } = certificates.administrator;
    return new Promise((resolve) => {
      const probe = request(`https://127.0.0.1:${securePort}${path}`, {
        agent: false,
        signal,
        ca: certificates.ca,
        cert,
        key,
        timeout: REQUEST_TIMEOUT_MS,
      });
      probe.on("response", (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      probe.on("timeout", () => probe.destroy());
      probe.on("error", () => resolve(false));
      probe.on("close", () => resolve(false));
      probe.end();
    });
  }
}
