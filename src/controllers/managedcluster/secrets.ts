// Secrets that hand a cluster on, whatever is in them: what each was made of stands in its annotations, so that whether it has to be
// written again shows without asking the cloud.
import { createHash } from "node:crypto";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { timestampOf, type Clock } from "../../lib/clock.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { Publisher, type PublisherDeps, type SecretContents, type SecretRef } from "../publishing/secrets.ts";

/** Of what it was made, and for how long it holds. */
export const SOURCE = {
  clusterId: "yunfan.dev/cluster-id",
  /** Which address. */
  context: "yunfan.dev/kubeconfig-context",
  /** What of the spec the contents were made of, as a digest. */
  wish: "yunfan.dev/made-of",
  issuedAt: "yunfan.dev/issued-at",
  expiresAt: "yunfan.dev/expires-at",
  /** Of the data, so that somebody's edit shows. */
  digest: "yunfan.dev/data-sha256",
} as const;

/** As versions before this one called it. */
const FORMER_EXPIRES_AT = "yunfan.dev/certificate-expires-at";

/** Annotations by which a Secret is of this cluster and of what is declared. */
export type Source = Readonly<Record<string, string>>;

/** From when until when what is in a Secret holds, milliseconds since the epoch; undefined where that can't be told, or never ends. */
export interface Life {
  readonly issuedAtMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

const DAY_MS = 24 * 3_600_000;
/** What lives shorter is renewed when a third of its life is left. */
const LONG_LIFE_MS = 90 * DAY_MS;
/** Before that nothing is rewritten, because consumers restart on it. */
const RENEW_BEFORE_MS = 30 * DAY_MS;

/** When to replace it; infinite where it does not end. */
export function renewalOf({ issuedAtMs, expiresAtMs }: Life): number {
  if (expiresAtMs === undefined) return Number.POSITIVE_INFINITY;
  const lifeMs = issuedAtMs === undefined ? LONG_LIFE_MS : expiresAtMs - issuedAtMs;
  return expiresAtMs - (lifeMs < LONG_LIFE_MS ? lifeMs / 3 : RENEW_BEFORE_MS);
}

export class ClusterSecrets {
  readonly #publisher: Publisher;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  /** Versions of Secrets, as the cache holds them, whose data was found to be what was put there. */
  readonly #intact = new WeakSet<KubeObject>();

  /** `field`: the one of the spec that declares them, for messages. */
  constructor(deps: PublisherDeps & { readonly clock: Clock }, field: string) {
    this.#publisher = new Publisher(deps, field);
    this.#client = deps.client;
    this.#clock = deps.clock;
  }

  /** For how many ms more what was put there of this source serves; 0 where it has to be written now. */
  async leftMs(visit: Visit<ManagedCluster>, ref: SecretRef, source: Source): Promise<number> {
    const secret = this.#publisher.publishedBy(visit.object).find(({ metadata }) => keyOf(metadata) === keyOf(ref));
    if (!secret || !isOf(secret, source)) return 0;
    const leftMs = renewalOf(lifeOf(secret)) - this.#clock.now();
    return leftMs > 0 && (await this.#isIntact(visit, secret)) ? leftMs : 0;
  }

  /** Writes it with what it was made of. Returns for how many ms it serves, infinite where it should not. Throws as Publisher.ensure does. */
  async ensure(
    visit: Visit<ManagedCluster>,
    ref: SecretRef,
    made: { readonly contents: SecretContents; readonly source: Source; readonly life: Life },
  ): Promise<number> {
    const { contents, source, life } = made;
    const annotations = { ...source, ...annotationsOf(life), [SOURCE.digest]: digestOf(contents.data) };
    await this.#publisher.ensure(visit, ref, { ...contents, annotations });
    const leftMs = renewalOf(life) - this.#clock.now();
    return leftMs > 0 ? leftMs : Number.POSITIVE_INFINITY;
  }

  /** Whether what was put there is still in it. The cache holds no data: each version is read once. */
  async #isIntact({ signal }: Visit<ManagedCluster>, secret: KubeObject): Promise<boolean> {
    if (this.#intact.has(secret)) return true;
    const live = await this.#client
      .get<Partial<SecretContents> & KubeObject>(SECRETS, secret.metadata, { signal })
      .catch(goneAsNothing);
    const isIntact = digestOf(live?.data ?? {}) === live?.metadata.annotations?.[SOURCE.digest];
    if (isIntact) this.#intact.add(secret);
    return isIntact;
  }
}

/** The same for the same data, in whatever order. */
export function digestOf(data: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex");
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function isOf({ metadata }: KubeObject, source: Source): boolean {
  const annotations = metadata.annotations ?? {};
  return Object.entries(source).every(([key, value]) => annotations[key] === value);
}

function lifeOf({ metadata }: KubeObject): Life {
  const { [SOURCE.issuedAt]: issuedAt, [SOURCE.expiresAt]: expiresAt } = metadata.annotations ?? {};
  const end = expiresAt ?? metadata.annotations?.[FORMER_EXPIRES_AT];
  return {
    issuedAtMs: issuedAt === undefined ? undefined : Date.parse(issuedAt),
    expiresAtMs: end === undefined ? undefined : Date.parse(end),
  };
}

function annotationsOf({ issuedAtMs, expiresAtMs }: Life): Source {
  return {
    ...(issuedAtMs !== undefined && { [SOURCE.issuedAt]: timestampOf(issuedAtMs) }),
    ...(expiresAtMs !== undefined && { [SOURCE.expiresAt]: timestampOf(expiresAtMs) }),
  };
}

function goneAsNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}
