// What the API server tells of one kind in one namespace, as somebody who only looks on is told it: by a watch that begins with what is there
// and goes on where the server ends it. Not by kubectl: a stand has a dozen of these, and each would be a process.
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { type Agent, request } from "undici";
import { connectBy } from "../apiserver/administrator.ts";

export interface WatchEvent<R> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: R;
}

interface Told {
  readonly type: WatchEvent<unknown>["type"] | "BOOKMARK" | "ERROR";
  readonly object: { readonly metadata: { readonly resourceVersion: string } };
}

/** The way to an API server by a client certificate of a kubeconfig. */
export interface Lookout extends AsyncDisposable {
  /**
   * Tells of each change of what is below this path, such as "/apis/yunfan.dev/v1alpha1/namespaces/shop/nodepools". Resolves once the lookout
   * is disposed of; rejects where nothing is told any more.
   */
  watch<R>(path: string, take: (event: WatchEvent<R>) => void): Promise<void>;
}

export function lookoutBy(kubeconfigPath: string): Lookout {
  const ended = new AbortController();
  const connection = connectBy(kubeconfigPath);
  return {
    async watch(path, take) {
      const { agent, server } = await connection;
      let from = "";
      while (!ended.signal.aborted) {
        try {
          from = await follow(path, { agent, server, from, signal: ended.signal }, take as (event: Told) => void);
        } catch (error) {
          if (!ended.signal.aborted) throw error;
        }
      }
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      const { agent } = await connection;
      await agent.destroy();
    },
  };
}

interface Way {
  readonly agent: Agent;
  readonly server: string;
  /** The version after which it goes on; empty: from what is there. */
  readonly from: string;
  readonly signal: AbortSignal;
}

/** Until the server ends it. Resolves with the version that it has come to. */
async function follow(path: string, way: Way, take: (event: Told) => void): Promise<string> {
  const query = new URLSearchParams({ watch: "true", allowWatchBookmarks: "true", resourceVersion: way.from });
  const { statusCode, headers, body } = await request(`${way.server}${path}?${query.toString()}`, {
    dispatcher: way.agent,
    signal: way.signal,
  });
  if (statusCode === 429) {
    // A kind that was just installed is not served at once.
    await body.dump();
    await setTimeout(Number(headers["retry-after"] ?? 1) * 1000, undefined, { signal: way.signal });
    return way.from;
  }
  if (statusCode !== 200) throw new Error(`Watching ${path}: ${statusCode}, ${await body.text()}`);
  let { from } = way;
  for await (const line of createInterface({ input: body })) {
    const event = JSON.parse(line) as Told;
    if (event.type === "ERROR") throw new Error(`Watching ${path}: ${line}`);
    from = event.object.metadata.resourceVersion;
    if (event.type !== "BOOKMARK") take(event);
  }
  return from;
}
