// CTYUN Container Instance as a cloud: what it takes to open an account, and which facets it offers. Its API reference,
// which the files here cite by chapter, and what that leaves open: docs/clouds/ctyun.md.
import type { AccountSettings, Cloud, CloudSession, Credentials, SessionDeps } from "../contract.ts";
import { addressOf, parseEndpoint } from "../http/endpoint.ts";
import { SessionBudget, sessionClosed } from "../budget/session-budget.ts";
import { Requests, serviceAt } from "../kit/requests.ts";
import { limitsOf, readBlock } from "../kit/settings.ts";
import { signingWith } from "./authentication.ts";
import { ctyun as blocks } from "./blocks.ts";
import { signingKey } from "./credentials.ts";
import { kubernetesErrors, signedFollow, signedSend } from "../manifests/signed-send.ts";
import { errorOf, said } from "./errors.ts";
import { CTYUN_KINDS, ctyunManifests, tellingOf, TOLD_KINDS } from "./manifests.ts";
import { pageQuery, projectsPath } from "./paths.ts";
import { CtyunRegistry } from "./registry.ts";
import { rangeOver } from "./usage.ts";
import { projectPage } from "./wire.ts";

/**
 * The reference names no limit. Generous, so that 1,000 projects come up in seconds; a cloud that finds it too much says 429 and
 * is listened to.
 */
const DEFAULT_LIMITS = { readsPerMinute: 6_000, writesPerMinute: 6_000 };

export const ctyun: Cloud = {
  provider: blocks.provider,
  facets: ["registry", "manifests"],
  manifestKinds: CTYUN_KINDS,
  manifestsTell: { events: true, usage: true, changes: TOLD_KINDS },
  manifestsInto: "Never",
  open,
};

function open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession {
  const key = signingKey(credentials);
  const endpoint = parseEndpoint(settings.endpoint, settings.tls);
  const options = readBlock("spec.ctyun", blocks.blocks.CloudAccount.schema, settings.providerOptions);
  const service = serviceAt(endpoint, deps);
  const closing = new AbortController();
  const budget = new SessionBudget(deps.budget(limitsOf(settings, DEFAULT_LIMITS)), closing.signal);
  const authenticator = signingWith(key, deps.clock);
  const client = new Requests({ authenticator, budget, errorOf }).to(service);
  const wrapped = (isSecret: boolean): Requests<string> =>
    new Requests({ authenticator, budget, errorOf: kubernetesErrors({ isSecret, said }) });
  const others = wrapped(false);
  return {
    registry: new CtyunRegistry(client, options),
    manifests: ctyunManifests({
      send: signedSend({ secrets: wrapped(true).to(service), others: others.to(service) }),
      // Kubernetes takes no WebSocket that does not say where it is from.
      follow: signedFollow(
        (request, carrier) => others.follow(service, request, carrier),
        { clock: deps.clock, origin: endpoint.origin },
        tellingOf,
      ),
      queryRange: rangeOver(others.to(service), deps.clock),
    }),
    // The account's projects: it needs a valid signature and changes nothing.
    async verify(signal) {
      const query = pageQuery(1, 1);
      await client.read({ operation: "Verify", method: "GET", path: projectsPath(), query, signal }, projectPage);
    },
    // The cloud tells no tenant.
    locate: () => Promise.resolve({ endpoint: addressOf(endpoint), region: settings.region }),
    reserveWrite: (signal) => budget.reserveWrite(signal),
    async close() {
      closing.abort(sessionClosed());
      await service.http.close();
    },
  };
}
