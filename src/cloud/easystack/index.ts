// EasyStack ECNS as a cloud: what it takes to open an account, and which facets it offers. Its API reference, which the files here
// cite by chapter, and what that leaves open: docs/clouds/easystack.md.
import { SessionBudget, sessionClosed } from "../budget/session-budget.ts";
import type { AccountSettings, Cloud, CloudSession, Credentials, SessionDeps } from "../contract.ts";
import { addressOf, parseEndpoint } from "../http/endpoint.ts";
import { SignIn } from "../keystone/sign-in.ts";
import { TokenAuthenticator } from "../keystone/tokens.ts";
import { Requests, serviceAt } from "../kit/requests.ts";
import { limitsOf, readBlock } from "../kit/settings.ts";
import { applicationsBy } from "./applications.ts";
import { easystack as blocks } from "./blocks.ts";
import { easystackClaims } from "./claims.ts";
import { EasyStackClusters } from "./clusters.ts";
import { ProjectClient } from "./client.ts";
import { keystoneOf, projectOf } from "./config.ts";
import { loginOf } from "./credentials.ts";
import { errorOf } from "./errors.ts";
import { factsOf } from "./facts.ts";
import { easystackManifests } from "./manifests/facet.ts";
import { YAML_KINDS } from "./manifests/yaml-channel.ts";
import { namespacesBy } from "./namespaces.ts";
import { Organisation } from "./organisation.ts";
import { clientsBy, Places } from "./places/places.ts";
import { SharedReads } from "./places/shared-reads.ts";
import { EasyStackRegistry } from "./registry.ts";

/** The reference names no limit: a dashboard's backend is not to be strained. */
const DEFAULT_LIMITS = { readsPerMinute: 300, writesPerMinute: 60 };

export const easystack: Cloud = {
  provider: blocks.provider,
  facets: ["registry", "clusters", "namespaces", "applications", "volumeClaims", "manifests"],
  manifestKinds: YAML_KINDS,
  // No call of its reference watches or streams.
  manifestsTell: { events: true, usage: false, changes: "None" },
  manifestsInto: "Always",
  listedByAccount: ["namespaces", "volumeClaims"],
  open,
};

function open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession {
  const { domainName, ...login } = loginOf(credentials);
  const endpoint = parseEndpoint(settings.endpoint, settings.tls);
  const options = readBlock("spec.easystack", blocks.blocks.CloudAccount.schema, settings.providerOptions);
  const { reference, field } = projectOf(options, domainName);
  const service = serviceAt(endpoint, deps);
  const keystone = serviceAt(keystoneOf(settings, options), deps);
  const closing = new AbortController();
  const closed = closing.signal;
  const signIn = new SignIn({
    login,
    project: reference,
    keystone,
    errorOf,
    provesUserFirst: { field },
    logins: deps.logins,
    clock: deps.clock,
    closed,
  });
  const tokens = new TokenAuthenticator(signIn);
  const budget = new SessionBudget(deps.budget(limitsOf(settings, DEFAULT_LIMITS)), closed);
  const client = new ProjectClient(new Requests({ authenticator: tokens, budget, errorOf }).to(service));
  const organisation = new Organisation(client, tokens);
  const places = new Places({
    authenticator: tokens,
    projectId: async (signal) => (await tokens.grant(signal)).projectId,
    clientOf: clientsBy(budget, service),
    clock: deps.clock,
    sessions: options.sessions ?? "Auto",
  });
  const clusters = new EasyStackClusters({ client, tokens });
  const namespaces = namespacesBy({ client, organisation, tokens, clock: deps.clock, closed });
  const reads = new SharedReads({ places, closed });
  return {
    registry: new EasyStackRegistry({ client, organisation, options }),
    clusters,
    namespaces,
    applications: applicationsBy({ client, clusters, namespaces, places }),
    volumeClaims: easystackClaims({ client, namespaces, clock: deps.clock, closed }),
    manifests: easystackManifests({ client, clusters, namespaces, places, reads, clock: deps.clock, account: options }),
    async verify(signal) {
      await organisation.read(signal);
    },
    tryAgain: (wish) => signIn.tryAgain(wish),
    async locate(signal) {
      const { projectId } = await tokens.grant(signal);
      return { endpoint: addressOf(endpoint), region: settings.region, project: projectId };
    },
    facts: async (signal) => factsOf(client, await organisation.names(signal), signal),
    async reserveWrite(signal) {
      const turn = await budget.reserveWrite(signal);
      try {
        await tokens.ready(signal);
        return turn;
      } catch (error) {
        turn[Symbol.dispose]();
        throw error;
      }
    },
    async close() {
      closing.abort(sessionClosed());
      await Promise.all([service.http.close(), keystone.http.close()]);
    },
  };
}
