// Tencent BlueKing bcs-storage as a cloud: what it takes to open an account, and its one facet. Its API document, which the files here
// cite by chapter, and what servers do beyond it: docs/clouds/bcs.md.
import * as z from "zod";
import { SessionBudget, sessionClosed } from "../budget/session-budget.ts";
import type { AccountSettings, Cloud, CloudSession, Credentials, SessionDeps } from "../contract.ts";
import { addressOf, parseEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Requests, serviceAt } from "../kit/requests.ts";
import { limitsOf, readBlock } from "../kit/settings.ts";
import { showing } from "./authentication.ts";
import { bcs as blocks } from "./blocks.ts";
import { BcsClient } from "./client.ts";
import { storeCredentials, type StoreCredentials } from "./credentials.ts";
import { codeOf, isSuccess } from "./envelope.ts";
import { errorOf } from "./errors.ts";
import { metricsOf } from "./metrics.ts";
import { DEFAULT_PATH, queryPath } from "./paths.ts";
import { queryOf } from "./queries.ts";
import { isCode, recordsOf } from "./records.ts";
import { alarmsOf, eventsOf } from "./streams.ts";
import { watchDataOf } from "./watch-data.ts";

/** Writes: about what their own measurements show in parallel, 118 to 225 a second, halved. Reads are lists and cost more. */
const DEFAULT_LIMITS = { readsPerMinute: 600, writesPerMinute: 6_000 };

/** No cluster has it; that there is no right on it proves the token all the same. */
const NOBODYS_CLUSTER = "yunfan";

export const bcs: Cloud = { provider: blocks.provider, facets: ["inventory"], open };

function open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession {
  const shown = storeCredentials(credentials);
  const endpoint = endpointOf(settings, shown);
  readBlock("spec.bcs", z.object({}), settings.providerOptions);
  const service = serviceAt(endpoint, deps, { codeOf });
  const closing = new AbortController();
  const budget = new SessionBudget(deps.budget(limitsOf(settings, DEFAULT_LIMITS)), closing.signal);
  const authenticator = showing(shown.token, secretsOf(shown));
  const client = new BcsClient(new Requests({ authenticator, budget, errorOf, isSuccess }).to(service));
  return {
    inventory: {
      records: recordsOf(client),
      watchData: watchDataOf(client),
      metrics: metricsOf(client),
      events: eventsOf(client),
      alarms: alarmsOf(client),
      query: queryOf(client),
    },
    /** query-k8s 9. */
    async verify(signal) {
      const path = queryPath("K8s", NOBODYS_CLUSTER, "Namespace");
      const query = [["limit", "1"]] as const;
      try {
        await client.read({ operation: "Verify", method: "GET", path, query, signal }, z.unknown());
      } catch (error) {
        // Which clusters the token has rights on concerns who asks for one of them.
        if (!isCode(error, "Forbidden")) throw error;
      }
    },
    // The store tells no tenant.
    locate: () => Promise.resolve({ endpoint: addressOf(endpoint), region: settings.region }),
    reserveWrite: (signal) => budget.reserveWrite(signal),
    async close() {
      closing.abort(sessionClosed());
      await service.http.close();
    },
  };
}

function endpointOf({ endpoint, tls }: AccountSettings, { identity }: StoreCredentials): Endpoint {
  const given = parseEndpoint(endpoint, tls);
  return { ...given, basePath: given.basePath === "" ? DEFAULT_PATH : given.basePath, identity };
}

function secretsOf({ token, identity }: StoreCredentials): readonly string[] {
  return [token, identity?.key].filter((secret) => secret !== undefined);
}
