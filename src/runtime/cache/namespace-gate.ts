// Which of the watched namespaces are worked on. One that the operator may not read is left out and does not keep the others
// waiting; it is taken in when all of its caches are complete. One that is read by half is not worked on: what holds something in
// the cloud might be missing.
import type { Logger } from "../../lib/log.ts";
import type { ReflectorStatus } from "./reflector-status.ts";

type PartStatus = Pick<ReflectorStatus, "kind" | "namespace" | "hasSynced" | "refused" | "failure">;

/** Such as an Informer. */
interface GatedCache {
  /** One for each watched namespace. */
  readonly status: readonly PartStatus[];
  onProgress(listener: () => void): void;
}

interface GateOptions {
  readonly caches: readonly GatedCache[];
  /** Empty: all, as one. */
  readonly namespaces: readonly string[];
  readonly log: Logger;
}

export class NamespaceGate {
  /** Resolves when work may begin: no namespace can be expected to follow soon, and there is one to work on. Never rejects. */
  readonly opened: Promise<void>;
  readonly #options: GateOptions;
  readonly #markOpened: () => void;
  readonly #open = new Set<string>();
  readonly #leftOut = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #hasOpened = false;

  constructor(options: GateOptions) {
    this.#options = options;
    ({ promise: this.opened, resolve: this.#markOpened } = Promise.withResolvers<void>());
    for (const cache of options.caches) cache.onProgress(() => this.#look());
  }

  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  /** What may be in the watched namespaces that are closed and that matter, for people. */
  unread(matters: (namespace: string) => boolean): readonly string[] {
    const closed = this.#options.namespaces.filter((namespace) => !this.isOpen(namespace));
    return closed.filter(matters).map((namespace) => `what lies in namespace ${namespace}, which can't be read`);
  }

  /** Whether objects of that namespace may be worked on; where all are watched, and for those without one, always. */
  isOpen(namespace: string | undefined): boolean {
    const { namespaces } = this.#options;
    return namespace === undefined || namespaces.length === 0 || this.#open.has(namespace);
  }

  /** Called once, when a closed namespace opens; never where that does not happen. */
  whenOpen(namespace: string, callback: () => void): void {
    this.#waiting.set(namespace, [...(this.#waiting.get(namespace) ?? []), callback]);
  }

  #look(): void {
    const { caches, namespaces } = this.#options;
    const parts = caches.flatMap(({ status }) => status);
    const scopes = namespaces.length === 0 ? [undefined] : namespaces;
    const states = new Set(scopes.map((scope) => this.#lookAt(scope, parts)));
    if (this.#hasOpened || states.has("Loading") || !states.has("Open")) return;
    this.#hasOpened = true;
    this.#markOpened();
  }

  #lookAt(scope: string | undefined, parts: readonly PartStatus[]): "Open" | "Refused" | "Loading" {
    const missing = parts.filter(({ namespace, hasSynced }) => namespace === scope && !hasSynced);
    if (missing.length === 0) {
      if (scope !== undefined) this.#takeIn(scope);
      return "Open";
    }
    const refused = missing.filter((part) => part.refused);
    if (refused.length === 0) return "Loading";
    if (scope !== undefined) this.#leaveOut(scope, refused);
    return "Refused";
  }

  #takeIn(namespace: string): void {
    if (this.#open.has(namespace)) return;
    this.#open.add(namespace);
    const { log } = this.#options;
    if (this.#leftOut.delete(namespace)) log.info({ namespace }, "The namespace can be read and is worked on");
    const callbacks = this.#waiting.get(namespace) ?? [];
    this.#waiting.delete(namespace);
    for (const callback of callbacks) callback();
  }

  #leaveOut(namespace: string, [first]: readonly PartStatus[]): void {
    if (this.#leftOut.has(namespace)) return;
    this.#leftOut.add(namespace);
    const why = { namespace, kind: first?.kind, refusal: first?.failure };
    this.#options.log.warn(why, "The namespace can't be read and is left out; grant the rights, or do not watch it");
  }
}
