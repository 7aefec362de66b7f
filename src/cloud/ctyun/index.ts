// CTYUN Container Instance as a cloud: what it takes to open an account, and which facets it offers.
import type { BudgetLimits } from "../budget/budget.ts";
import type { AccountSettings, Cloud, CloudSession, Credentials, SessionDeps } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { HttpSession } from "../http/http.ts";
import { parseEndpoint } from "../http/endpoint.ts";
import { SessionBudget, sessionClosed } from "../budget/session-budget.ts";
import { CtyunClient } from "./client.ts";
import { ctyunAccountOptions, type CtyunAccountOptions } from "./config.ts";
import { signingKey } from "./credentials.ts";
import { pageQuery } from "./pages.ts";
import { projectsPath } from "./paths.ts";
import { CtyunRegistry } from "./registry.ts";
import { projectPage } from "./wire.ts";

/**
 * The reference names no limit. Generous, so that 1,000 projects come up in seconds; a cloud that finds it too much says 429 and
 * is listened to.
 */
const DEFAULT_REQUESTS_PER_MINUTE = 6_000;

export const ctyun: Cloud = { provider: "CtyunCCI", facets: ["registry"], open };

function open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession {
  const key = signingKey(credentials);
  const endpoint = parseEndpoint(settings.endpoint, settings.tls);
  const options = accountOptions(settings.providerOptions);
  const http = new HttpSession(endpoint, deps);
  const closing = new AbortController();
  const budget = new SessionBudget(deps.budget(limitsOf(settings)), closing.signal);
  const client = new CtyunClient({ endpoint, key, http, budget, clock: deps.clock });
  return {
    registry: new CtyunRegistry(client, options),
    // The account's projects: it needs a valid signature and changes nothing.
    async verify(signal) {
      const query = pageQuery(1, 1);
      await client.read({ operation: "Verify", method: "GET", path: projectsPath(), query, signal }, projectPage);
    },
    reserveWrite: (signal) => budget.reserveWrite(signal),
    async close() {
      closing.abort(sessionClosed());
      await http.close();
    },
  };
}

function limitsOf({ requestBudget }: AccountSettings): BudgetLimits {
  return {
    readsPerMinute: requestBudget.readsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE,
    writesPerMinute: requestBudget.writesPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE,
  };
}

function accountOptions(block: Readonly<Record<string, unknown>>): CtyunAccountOptions {
  const result = ctyunAccountOptions.safeParse(block);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = ["spec.ctyun", ...(issue?.path ?? [])].join(".");
  throw new CloudError("Rejected", { message: `${field} is not valid: ${issue?.message ?? ""}` });
}
