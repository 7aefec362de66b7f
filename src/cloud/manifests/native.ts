// Kubernetes' own paths, whoever carries the requests there: an API server itself, or a gateway that hands them on.
import type { Clock } from "../../lib/clock.ts";
import type { ManifestChannel } from "../facets/manifests.ts";
import type { Dialect, Follow, Send } from "./channel.ts";
import { Discovery, type Writing } from "./discovery.ts";
import { kubernetesPath, withoutName } from "./paths.ts";

interface Native {
  readonly send: Send;
  /** Whoever asks what the target serves, which not everybody may. */
  readonly asksKinds: Send;
  readonly clock: Clock;
  readonly writing: Writing;
  readonly usage: ManifestChannel["usage"] | undefined;
  /** Undefined where the way there carries no long connection. */
  readonly follow?: Follow | undefined;
}

export function nativeDialect({ send, asksKinds, clock, writing, usage, follow }: Native): Dialect {
  const get = (path: readonly string[], signal: AbortSignal): Promise<unknown> =>
    asksKinds({ operation: "Discover Kinds", method: "GET", path, isSecret: false, signal });
  const discovery = new Discovery({ get, clock, writing });
  return {
    kinds: "Discovered",
    send,
    kindOf: (wanted, signal) => discovery.kindOf(wanted, signal),
    refusals: () => [],
    pathOf: (kind, at, verb) =>
      kubernetesPath(kind, verb === "Create" && kind.change !== "ServerSide" ? withoutName(at) : at),
    writeQuery: {},
    hasIdentity: true,
    deletesByUid: true,
    pageSize: 500,
    eventsPath: (namespace) => ["api", "v1", "namespaces", namespace, "events"],
    usage,
    follow,
  };
}
