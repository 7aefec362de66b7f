// What those who keep the clusters going work with: lists of what is ours on the API server behind, and how long something has been so.
import type { Clock } from "../../../../lib/clock.ts";
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { duesAt, type IsDue } from "../../../simulation/kube/dues.ts";
import { attempt } from "../../../simulation/kube/looks.ts";
import type { Backend, Target } from "../kube/backend.ts";
import type { Kind, Manifest, Typed } from "../kube/manifest.ts";
import { realName } from "../kube/names.ts";
import type { Ecns } from "../state.ts";

/** What each keeper works with. All names are the real ones of the API server. */
export interface Care {
  readonly ecns: Ecns;
  readonly api: ApiServer;
  readonly backend: Backend;
  /** Those in our clusters, as they were when this look first asked for the kind. */
  list<K extends Kind>(kind: K): Promise<Typed<K>[]>;
  /** Begins another look. */
  lookAgain(): void;
  /** Writes what was read, or gives up where another was faster: the next look tries again. */
  put(manifest: Manifest, subresource?: "status"): Promise<void>;
  readonly due: IsDue;
  /** The cluster that a real namespace, or a real name of what lies in none, is of. */
  clusterOf(manifest: Manifest): string | undefined;
}

export interface CareOptions {
  readonly ecns: Ecns;
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly speed: number;
}

export function careOf({ ecns, api, clock, speed }: CareOptions): Care {
  const { backend } = ecns.clusters;
  const listed = new Map<Kind, Promise<Manifest[]>>();
  const clusterOf = ({ metadata }: Manifest): string | undefined => {
    const real = metadata.namespace ?? metadata.name;
    return ecns.store.list("clusters").find(({ name }) => real.startsWith(realName(name, "")))?.name;
  };
  return {
    ecns,
    api,
    backend,
    clusterOf,
    async list<K extends Kind>(kind: K) {
      const asked = listed.get(kind) ?? backend.list({ kind, namespace: undefined });
      listed.set(kind, asked);
      return (await asked).filter((manifest) => clusterOf(manifest) !== undefined) as unknown as Typed<K>[];
    },
    lookAgain: () => listed.clear(),
    put: (manifest, subresource) => attempt(backend.replace(targetOf(manifest), manifest, subresource)),
    due: duesAt(clock, speed),
  };
}

function targetOf({ kind, metadata }: Manifest): Target {
  return { kind: kind as Kind, namespace: metadata.namespace };
}
