// Alibaba Cloud ACK as a cloud: what it takes to open an account, and which facets it offers. Its API reference, which the files here
// cite by chapter, what that leaves open, and what the public cloud of today has beyond it: docs/clouds/alibaba.md.
import type { AccountSettings, Cloud, CloudSession, Credentials, SessionDeps } from "../contract.ts";
import { SessionBudget, sessionClosed } from "../budget/session-budget.ts";
import { addressOf } from "../http/endpoint.ts";
import { Requests, serviceAt } from "../kit/requests.ts";
import { limitsOf } from "../kit/settings.ts";
import { signingWith } from "./authentication.ts";
import { alibaba as blocks } from "./blocks.ts";
import { AckClient } from "./client.ts";
import { configOf } from "./config.ts";
import { accessKeyOf } from "./credentials.ts";
import { errorOf } from "./errors.ts";
import { readAnyCluster } from "./cluster-lists.ts";
import { clustersFacet } from "./clusters.ts";
import { nodePoolsFacet } from "./nodepools.ts";
import { nodesFacet } from "./nodes.ts";
import { jobsFacet } from "./tasks.ts";

/** Nothing documented; the gateway counts users, of which others may use the same account. */
const DEFAULT_LIMITS = { readsPerMinute: 600, writesPerMinute: 60 };

export const alibaba: Cloud = {
  provider: blocks.provider,
  facets: ["clusters", "nodePools", "nodes", "jobs"],
  // No call reads a node by itself.
  lacks: ["ManagedNode"],
  open,
};

function open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession {
  const key = accessKeyOf(credentials);
  const config = configOf(settings);
  const service = serviceAt(config.endpoint, deps);
  const closing = new AbortController();
  const budget = new SessionBudget(deps.budget(limitsOf(settings, DEFAULT_LIMITS)), closing.signal);
  const authenticator = signingWith(key, config.signature.sign, deps.clock);
  const client = new AckClient(new Requests({ authenticator, budget, errorOf }).to(service), config, deps.clock);
  return {
    clusters: clustersFacet(client),
    nodePools: nodePoolsFacet(client),
    nodes: nodesFacet(client),
    jobs: jobsFacet(client),
    verify: (signal) => readAnyCluster(client, signal),
    // No call of the API tells whose the keys are.
    locate: () => Promise.resolve({ endpoint: addressOf(config.endpoint), region: config.region }),
    reserveWrite: (signal) => budget.reserveWrite(signal),
    async close() {
      closing.abort(sessionClosed());
      await service.http.close();
    },
  };
}
