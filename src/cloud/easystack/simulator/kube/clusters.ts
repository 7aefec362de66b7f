// All clusters: the objects of each place, and the real namespaces that stand for theirs.
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { ApiRefusal } from "../../../simulation/kube/api-server.ts";
import type { Backend } from "./backend.ts";
import type { Manifest } from "./manifest.ts";
import { realName } from "./names.ts";
import type { Effect, Place } from "./objects.ts";
import { Objects } from "./objects.ts";

/** Throws a `Refusal` for what may not be made. */
export type Admission = (objects: Objects, manifest: Manifest) => Promise<void> | void;

export interface Clusters {
  readonly backend: Backend;
  /** Undefined without `--kubeconfig`. */
  readonly api: ApiServer | undefined;
  at(place: Place, effect?: Effect, madeBeforeMs?: number): Objects;
  /** Makes the real namespace; one that is left over from before is taken. No effect without an API server. */
  addNamespace(place: Place): Promise<void>;
  /** Begins the end of the real namespace; {@link Clusters.hasNamespace} says when it has come. */
  endNamespace(place: Place): Promise<void>;
  hasNamespace(place: Place): Promise<boolean>;
}

const NOBODY: Effect = { mark: () => {} };

export function openClusters(backend: Backend, api: ApiServer | undefined, admit: Admission): Clusters {
  const pathOf = ({ cluster, namespace }: Place): string => `/api/v1/namespaces/${realName(cluster, namespace)}`;
  return {
    backend,
    api,
    at: (place, effect = NOBODY, madeBeforeMs) => new Objects({ backend, place, effect, madeBeforeMs, admit }),
    async addNamespace({ cluster, namespace }) {
      const body = { metadata: { name: realName(cluster, namespace) } };
      await unless("AlreadyExists", api?.send({ method: "POST", path: "/api/v1/namespaces", body }));
    },
    async endNamespace(place) {
      await unless("NotFound", api?.send({ method: "DELETE", path: pathOf(place) }));
    },
    async hasNamespace(place) {
      if (api === undefined) return false;
      return (await unless("NotFound", api.send({ method: "GET", path: pathOf(place) }))) !== undefined;
    },
  };
}

async function unless(reason: string, sent: Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof ApiRefusal && error.reason === reason) return undefined;
    throw error;
  }
}
