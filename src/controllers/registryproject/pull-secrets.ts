// Pull Secrets (kubernetes.io/dockerconfigjson) published where the spec declares them, and taken back where it no longer does.
import { CloudError } from "../../cloud/errors.ts";
import type { PullCredentials, RegistryFacet } from "../../cloud/facets/registry.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { Publisher, type PublisherDeps, type SecretRef } from "../publishing/secrets.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { ProjectScope } from "./scope.ts";

const DOCKER_CONFIG = ".dockerconfigjson";

export class PullSecrets {
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #credentials = new WeakMap<RegistryFacet, Map<string, { readAt: number; value: PullCredentials }>>();

  constructor(deps: PublisherDeps & { readonly clock: Clock }) {
    this.#publisher = new Publisher(deps, "spec.pullSecrets");
    this.#clock = deps.clock;
  }

  /**
   * Publishes what can be published; one entry that can't does not hold up the others. Throws TerminalError SecretNotOwned,
   * SecretRefused, NamespaceNotAllowed or NamespaceNotFound for the first that can't, PullCredentialsNotFound for all.
   */
  publish(scope: ProjectScope, since: number): Promise<void> {
    return statingFailure(scope.visit, "PullSecretsReady", () => this.#publish(scope, since));
  }

  async #publish(scope: ProjectScope, since: number): Promise<void> {
    const { visit } = scope;
    const declared = visit.object.spec.pullSecrets ?? [];
    const allowed = declared.filter((ref) => isAllowed(scope, ref));
    // What lies where the account no longer allows it is taken back too: it is a credential.
    const isSurplus = ({ metadata }: KubeObject): boolean => !allowed.some((ref) => keyOf(ref) === keyOf(metadata));
    await this.#publisher.withdraw(visit, this.#publisher.publishedBy(visit.object).filter(isSurplus));
    if (declared.length === 0) return;
    const failures = await this.#publishAll(scope, allowed, since);
    for (const ref of declared) if (!allowed.includes(ref)) throw notAllowed(ref);
    for (const failure of failures) throw failure;
    const message = `${declared.length} pull Secret${declared.length === 1 ? "" : "s"} published`;
    visit.state({ type: "PullSecretsReady", status: "True", reason: Reason.Published, message });
  }

  /** What went wrong with single entries and is for a person to mend; everything else is thrown at once. */
  async #publishAll(scope: ProjectScope, refs: readonly SecretRef[], since: number): Promise<readonly TerminalError[]> {
    if (refs.length === 0) return [];
    const data = { [DOCKER_CONFIG]: dockerConfigOf(await this.#credentialsFor(scope, since)) };
    const contents = { type: "kubernetes.io/dockerconfigjson", data };
    const failures: TerminalError[] = [];
    for (const ref of refs) {
      try {
        await this.#publisher.ensure(scope.visit, ref, contents);
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error;
        failures.push(error);
      }
    }
    return failures;
  }

  /** Deletes all that this resource published. */
  withdrawAll(visit: Visit<RegistryProject>): Promise<void> {
    return this.#publisher.withdrawAll(visit, visit.object.spec.pullSecrets ?? []);
  }

  /** One read per account and what is asked for serves all resources that ask for it at the same drift tick. */
  async #credentialsFor({ visit, facet, place }: ProjectScope, since: number): Promise<PullCredentials> {
    const options = place.optionsOf(visit.object.spec);
    const key = JSON.stringify(options);
    const known = this.#credentials.get(facet) ?? new Map<string, { readAt: number; value: PullCredentials }>();
    this.#credentials.set(facet, known);
    const present = known.get(key);
    if (present && present.readAt >= since) return present.value;
    const readAt = this.#clock.monotonic();
    const value = await credentialsOf(facet, options, visit.signal);
    known.set(key, { readAt, value });
    return value;
  }
}

async function credentialsOf(
  registry: RegistryFacet,
  options: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<PullCredentials> {
  try {
    return await registry.pullCredentials(options, signal);
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    const message = [error.message, error.advice].join(". ");
    throw new TerminalError({ reason: Reason.PullCredentialsNotFound, message, cause: error });
  }
}

/** The contents of the Secret, in base64: one registry, as `docker login` would write it. */
export function dockerConfigOf({ registry, username, password }: PullCredentials): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return Buffer.from(JSON.stringify({ auths: { [registry]: { username, password, auth } } })).toString("base64");
}

function isAllowed({ visit, place }: ProjectScope, { namespace }: SecretRef): boolean {
  return namespace === visit.object.metadata.namespace || place.allows(namespace);
}

function notAllowed({ namespace, name }: SecretRef): TerminalError {
  const message =
    `spec.pullSecrets: the account does not allow namespace ${namespace} for Secret ${name}. ` +
    "Add the namespace to spec.allowedNamespaces of the account, or remove the entry";
  return new TerminalError({ reason: Reason.NamespaceNotAllowed, message });
}
