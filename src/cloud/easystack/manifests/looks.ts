// Looks at objects where they are to be, by the view of YAML (1.16): whatever way they are changed by, this shows them.
import type { WritePermit } from "../../collection.ts";
import { CloudError } from "../../errors.ts";
import type { KindAbility, LiveObject, Manifest, ObjectKey } from "../../facets/manifests.ts";
import { orAbsent } from "../../kit/error-table.ts";
import { NAMESPACE_NOT_FOUND } from "../../manifests/status-error.ts";
import type { Product } from "../calls.ts";
import type { Places } from "../places/places.ts";
import type { SharedReads } from "../places/shared-reads.ts";
import { ANOTHER_PLACE, type CallHere, type Place, type Turn } from "../places/turn.ts";
import { existence } from "../wire.ts";
import { objectIn } from "./documents.ts";
import type { RawKind } from "./kinds.ts";

export interface LooksDeps {
  readonly places: Places;
  readonly reads: SharedReads;
  readonly cluster: string;
  readonly product: Product;
  /** Of the cluster's API server. Throws CloudError NotFound where the cluster is not there. */
  readonly address: (signal: AbortSignal) => Promise<string>;
  /** Whether the cluster has no such namespace, by all that tells; in doubt it has. */
  readonly lacksNamespace: (place: Place, signal: AbortSignal) => Promise<boolean>;
}

/** Where objects without a namespace are looked at: every cluster has it. */
const ANY_NAMESPACE = "default";

/** The code of an unknown outcome: a write was said to be done, and what it has made does not show where it was meant for. */
export const NOT_SHOWN = "NotShown";

export class Looks {
  readonly #deps: LooksDeps;

  constructor(deps: LooksDeps) {
    this.#deps = deps;
  }

  placeOf({ namespace }: Pick<ObjectKey, "namespace">): Place {
    const { cluster, product } = this.#deps;
    return { cluster, namespace: namespace === "" ? ANY_NAMESPACE : namespace, product };
  }

  /** Runs `work` in a turn of its own, in the place of that object. Throws CloudError NotFound with code NamespaceNotFound where that is gone. */
  async inTurn<T>(key: ObjectKey, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    const place = this.placeOf(key);
    try {
      return await this.#deps.places.within(place, signal, work);
    } catch (error) {
      if (!(await this.#isOfNamespace(error, place, signal))) throw error;
      const message = `${shown(key)}: ${place.cluster} has no namespace ${place.namespace}`;
      throw new CloudError("NotFound", { message, codes: [NAMESPACE_NOT_FOUND], advice: "" });
    }
  }

  /** As ManifestChannel.read has it. */
  read(kind: RawKind, key: ObjectKey, signal: AbortSignal): Promise<LiveObject | "Absent"> {
    return this.readBy(key, signal, (turn) => this.look(turn, kind, { key, signal }));
  }

  /** `look` reads, and says Absent where there is nothing in its turn; that there is nothing, two turns have to find. */
  async readBy<T>(
    key: ObjectKey,
    signal: AbortSignal,
    look: (turn: Turn) => Promise<T | "Absent">,
  ): Promise<T | "Absent"> {
    const place = this.placeOf(key);
    const { reads, places } = this.#deps;
    try {
      const found = await reads.read(place, signal, look);
      if (found !== "Absent") return found;
      // A switch hides that a session was lost.
      await places.beforeSecondLook(place, signal);
      return await reads.read(place, signal, look);
    } catch (error) {
      if (await this.#isOfNamespace(error, place, signal)) return "Absent";
      throw error;
    }
  }

  /** In this turn. Absent only where the name check agrees; a kind that it does not know is looked at once. */
  async look(
    turn: Turn,
    kind: RawKind,
    { key, signal }: { key: ObjectKey; signal: AbortSignal },
  ): Promise<LiveObject | "Absent"> {
    const found = await orAbsent(turn.readText(await this.#viewOf(kind, key.name, signal)));
    if (found !== "Absent") {
      const asked = assertAsked(objectIn("ViewYaml", found), key);
      if (kind.namespaced) turn.saw({ kind: kind.kind, name: key.name, uid: asked.metadata.uid });
      return asked;
    }
    if (kind.checkedAs === undefined) return "Absent";
    const names = { type: kind.checkedAs, name: key.name };
    const { existence: isThere } = await turn.read({ operation: "CheckNameHere", names }, existence);
    if (!isThere) return "Absent";
    const message = `${shown(key)} is not shown, and its name is in use: nothing is told of it`;
    throw new CloudError("Unavailable", { message, codes: ["Contradiction"], advice: "Looking again" });
  }

  /** The very object, in this turn. Throws CloudError NotFound where it is gone, Conflict where another one has its name. */
  async lookFor(
    turn: Turn,
    kind: RawKind,
    { live, operation, permit }: { live: LiveObject; operation: string; permit: WritePermit },
  ): Promise<LiveObject> {
    const found = await this.look(turn, kind, { key: keyOf(live, kind), signal: permit.signal });
    if (found === "Absent") throw new CloudError("NotFound", { message: `${operation}: it is gone`, advice: "" });
    if (found.metadata.uid === live.metadata.uid) return found;
    throw new CloudError("Conflict", { message: `${operation}: another one has its name`, advice: "" });
  }

  /** After a write, in the same turn, confirmed anew: most answers to writes are not described. */
  async readBack(
    turn: Turn,
    kind: RawKind,
    { key, operation, permit }: { key: ObjectKey; operation: string; permit: WritePermit },
  ): Promise<LiveObject> {
    await turn.confirm();
    const found = await this.look(turn, kind, { key, signal: permit.signal });
    if (found !== "Absent") return found;
    const message = `${operation}: the cloud said that it was done, and does not show it`;
    throw new CloudError("Unavailable", { message, codes: [NOT_SHOWN], advice: "Looking again" });
  }

  async #viewOf({ kind, namespaced }: RawKind, name: string, signal: AbortSignal): Promise<CallHere> {
    const names = { kind, name };
    if (namespaced) return { operation: "ViewYaml", names };
    return { operation: "ViewYaml", names, query: [["cluster_addr", await this.#deps.address(signal)]] };
  }

  /** Whether the place was not confirmed because its namespace is gone, and so all that was in it. */
  async #isOfNamespace(error: unknown, place: Place, signal: AbortSignal): Promise<boolean> {
    const isUnconfirmed = error instanceof CloudError && error.kind === "PlaceNotConfirmed";
    return isUnconfirmed && (await this.#deps.lacksNamespace(place, signal));
  }
}

/** Throws CloudError PlaceNotConfirmed where what came is of another place: the session does not stand where it was confirmed to. */
function assertAsked(found: LiveObject, key: ObjectKey): LiveObject {
  const { name, namespace = "" } = found.metadata;
  if (found.kind === key.kind && name === key.name && namespace === key.namespace) return found;
  const other = shown({ ...key, kind: found.kind, namespace, name });
  throw new CloudError("PlaceNotConfirmed", {
    message: `${shown(key)} was asked for, and another object was shown: ${other}`,
    codes: [ANOTHER_PLACE],
  });
}

export function keyOf({ metadata }: Manifest, { group, kind }: KindAbility): ObjectKey {
  return { group, kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

/** For messages: Deployment shop/web. */
export function shown({ kind, namespace, name }: ObjectKey): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}
