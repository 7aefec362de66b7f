// A CTYUN account opened on a server that answers as a test tells it.
import { ctyun } from "../../../../src/cloud/ctyun/index.ts";
import type { AccountSettings } from "../../../../src/cloud/contract.ts";
import type { RegistryFacet } from "../../../../src/cloud/facets/registry.ts";
import { openFence } from "../../../../src/lib/fence.ts";
import { createLogger } from "../../../../src/lib/log.ts";
import { ownBudget } from "../budgets.ts";
import { FakeClock } from "../../clock/fake-clock.ts";
import { json, startScriptedServer, type ScriptedServer } from "../scripted-server.ts";

export const SECRET_KEY = "sk-0123456789abcdef";

export interface ScriptedCtyun {
  readonly server: ScriptedServer;
  /** Stands still at 2026-01-01T12:00:00.700Z. */
  readonly clock: FakeClock;
  open(settings?: Partial<AccountSettings>): RegistryFacet;
  /** "METHOD target" of each request so far. */
  targets(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Answers every request with an empty list until told otherwise. */
export async function startScriptedCtyun(): Promise<ScriptedCtyun> {
  const clock = new FakeClock({ startMs: Date.UTC(2026, 0, 1, 12, 0, 0, 700) });
  const server = await startScriptedServer((_request, response) => json(response, 200, []));
  const closing: (() => Promise<void>)[] = [];
  return {
    server,
    clock,
    open(settings = {}) {
      const session = ctyun.open(
        {
          account: "team/account",
          endpoint: server.origin,
          tls: { mode: "Plaintext" },
          requestBudget: {},
          providerOptions: {},
          ...settings,
        },
        { accessKey: "AK", secretKey: SECRET_KEY },
        {
          clock,
          log: createLogger({ level: "silent" }),
          fence: openFence,
          userAgent: "yunfan/test",
          budget: ownBudget(clock),
        },
      );
      closing.push(() => session.close());
      if (session.registry === undefined) throw new Error("No registry facet");
      return session.registry;
    },
    targets: () => server.seen.map(({ method, url }) => `${method} ${url}`),
    async [Symbol.asyncDispose]() {
      for (const close of closing) await close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Answers page after page; what is asked beyond the last is empty. */
export function answerPages(server: ScriptedServer, ...pages: unknown[]): void {
  server.answer = (request, response) => {
    const page = Number(new URL(request.url, server.origin).searchParams.get("page"));
    json(response, 200, pages[page - 1] ?? []);
  };
}
