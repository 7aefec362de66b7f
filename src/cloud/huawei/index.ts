// Huawei CCE as a cloud: what it takes to open an account, and which facets it offers. Its API reference, which the
// files here cite by chapter and table, and what that leaves open: docs/clouds/huawei.md.
import type { AccountSettings, Cloud, CloudSession, Credentials, SessionDeps } from "../contract.ts";
import { SessionBudget, sessionClosed } from "../budget/session-budget.ts";
import { Requests, type Client } from "../kit/requests.ts";
import { addressOf } from "../http/endpoint.ts";
import { limitsOf, readBlock } from "../kit/settings.ts";
import { pathOf } from "../kit/uri.ts";
import { kubernetesErrors } from "../manifests/signed-send.ts";
import { HuaweiAddons } from "./addons.ts";
import { huaweiClaims } from "./claims.ts";
import { projectTokens, signingWith, type ProjectAuthenticator } from "./authentication.ts";
import { HuaweiClient } from "./client.ts";
import { quotas } from "./cluster-wire.ts";
import { HuaweiClusters } from "./clusters.ts";
import { huawei as blocks } from "./blocks.ts";
import { projectOf } from "./config.ts";
import { proofOf } from "./credentials.ts";
import { said } from "./error-body.ts";
import { errorOf } from "./errors.ts";
import { endpointsOf } from "./endpoints.ts";
import { jobsFacet } from "./jobs.ts";
import { huaweiManifests } from "./manifests.ts";
import { HuaweiNodePools } from "./nodepools.ts";
import { HuaweiNodes } from "./nodes.ts";
import { Project } from "./project.ts";
import { Services } from "./services.ts";
import { SignIn } from "../keystone/sign-in.ts";

/** About 60 reads a second were seen to go through: a third, as others use the account too. Writes: what the gateway was seen to allow. */
const DEFAULT_LIMITS = { readsPerMinute: 1_200, writesPerMinute: 10 };

export const huawei: Cloud = {
  provider: blocks.provider,
  facets: ["clusters", "nodePools", "nodes", "addons", "jobs", "volumeClaims", "manifests"],
  manifestKinds: "Discovered",
  // 1.1: HTTP long connections are not supported, and so no watch.
  manifestsTell: { events: true, usage: false, changes: "None" },
  manifestsInto: "AsRoute",
  open,
};

function open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession {
  const proof = proofOf(credentials);
  const options = readBlock("spec.huawei", blocks.blocks.CloudAccount.schema, settings.providerOptions);
  const endpoints = endpointsOf(settings, options);
  const services = new Services(endpoints, deps);
  const reference = projectOf(settings, options);
  const closing = new AbortController();
  const closed = closing.signal;
  const authenticator: ProjectAuthenticator =
    "key" in proof
      ? signingWith(proof.key, deps.clock)
      : projectTokens(
          new SignIn({
            login: proof.login,
            project: reference,
            keystone: services.iam,
            errorOf,
            logins: deps.logins,
            clock: deps.clock,
            closed,
          }),
        );
  const budget = new SessionBudget(deps.budget(limitsOf(settings, DEFAULT_LIMITS)), closed);
  const requests = new Requests({ authenticator, budget, errorOf });
  const project = new Project({ reference, requests, services, authenticator, closed });
  const client = new HuaweiClient({ services, requests, project });
  const kubernetes = (isSecret: boolean): Requests<string> =>
    new Requests({ authenticator, budget, errorOf: kubernetesErrors({ isSecret, said }) });
  const doors = { secrets: kubernetes(true), others: kubernetes(false) };
  const gateway = (clusterId: string, isSecret: boolean): Client<string> =>
    client.intoCluster(clusterId, isSecret ? doors.secrets : doors.others);
  return {
    clusters: new HuaweiClusters(client),
    nodePools: new HuaweiNodePools(client),
    nodes: new HuaweiNodes(client),
    addons: new HuaweiAddons(client),
    jobs: jobsFacet(client),
    volumeClaims: huaweiClaims({ gateway: (clusterId) => gateway(clusterId, false) }),
    manifests: huaweiManifests({ gateway, clock: deps.clock }),
    // The cheapest read in the project: it needs endpoint, credentials and project, and changes nothing.
    async verify(signal) {
      await client.read({ operation: "Verify", method: "GET", path: pathOf("quotas"), signal }, quotas);
    },
    tryAgain: (wish) => authenticator.tryAgain?.(wish),
    async locate(signal) {
      const { region } = settings;
      return { endpoint: addressOf(endpoints.cce), region, project: await project.id(signal) };
    },
    async reserveWrite(signal) {
      const turn = await budget.reserveWrite(signal);
      try {
        await client.ready(signal);
        return turn;
      } catch (error) {
        turn[Symbol.dispose]();
        throw error;
      }
    },
    async close() {
      closing.abort(sessionClosed());
      await services.close();
    },
  };
}
