// Channel Yaml: objects as they are, by view, edit and create (1.16), in turns where the server-side session stands (places/). An object
// is changed or deleted only after a look in the same turn has shown the wanted one there.
import { sleep, type Clock } from "../../../lib/clock.ts";
import type { WritePermit } from "../../collection.ts";
import { CloudError } from "../../errors.ts";
import type {
  KindAbility,
  LiveObject,
  Manifest,
  ManifestChannel,
  ManifestRefusal,
  ObjectKey,
} from "../../facets/manifests.ts";
import { orAbsent } from "../../kit/error-table.ts";
import { NAMESPACE_NOT_FOUND } from "../../manifests/status-error.ts";
import type { Product } from "../calls.ts";
import { BETWEEN_LOOKS_MS, type Places } from "../places/places.ts";
import type { SharedReads } from "../places/shared-reads.ts";
import type { CallHere, Place, Turn } from "../places/turn.ts";
import { existence } from "../wire.ts";
import { assertWritten, bodyOf, objectIn, type YamlBody } from "./documents.ts";
import { isWanted, lackOf, RAW_KINDS, type RawKind } from "./kinds.ts";

export interface YamlDeps {
  readonly places: Places;
  readonly reads: SharedReads;
  readonly clock: Clock;
  readonly yamlBody: YamlBody;
  readonly cluster: string;
  readonly product: Product;
  readonly isForced: boolean;
  /** Of the cluster's API server. Throws CloudError NotFound where the cluster is not there. */
  readonly address: (signal: AbortSignal) => Promise<string>;
  /** Whether the cluster has no such namespace, by all that tells; in doubt it has. */
  readonly lacksNamespace: (place: Place, signal: AbortSignal) => Promise<boolean>;
}

/** Where objects without a namespace are looked at: every cluster has it. */
const ANY_NAMESPACE = "default";

export class YamlChannel implements ManifestChannel {
  readonly kinds: readonly RawKind[] = RAW_KINDS;
  readonly #deps: YamlDeps;

  constructor(deps: YamlDeps) {
    this.#deps = deps;
  }

  readonly kindOf: ManifestChannel["kindOf"] = (wanted) =>
    Promise.resolve(this.kinds.find((kind) => isWanted(kind, wanted)));

  readonly refusals = ({ kind }: Manifest): readonly ManifestRefusal[] => {
    const lacks = this.kinds.filter((each) => each.kind === kind).flatMap((each) => this.#lackOf(each) ?? []);
    return lacks.map((message) => ({ path: "", message }));
  };

  /** The lists of the reference show names and forms, never an object. */
  readonly list: ManifestChannel["list"] = () => Promise.resolve([]);

  readonly read: ManifestChannel["read"] = async (ability, key, signal) => {
    const kind = ability as RawKind;
    const place = this.#placeOf(key);
    const look = (): Promise<LiveObject | "Absent"> =>
      this.#deps.reads.read(place, signal, (turn) => this.#look(turn, kind, { key, signal }));
    try {
      const found = await look();
      if (found !== "Absent") return found;
      // A switch hides that a session was lost: that there is none, another turn has to find too.
      await sleep(this.#deps.clock, BETWEEN_LOOKS_MS, signal);
      return await look();
    } catch (error) {
      if (await this.#isOfNamespace(error, place, signal)) return "Absent";
      throw error;
    }
  };

  readonly create: ManifestChannel["create"] = async (ability, manifest, permit) => {
    const kind = ability as RawKind;
    const key = keyOf(manifest, kind);
    const place = this.#placeOf(key);
    const operation = `Create ${shown(key)}`;
    try {
      return await this.#deps.places.within(place, permit.signal, (turn) =>
        this.#write(turn, { call: "CreateYaml", operation, kind, key, manifest, permit }),
      );
    } catch (error) {
      if (!(await this.#isOfNamespace(error, place, permit.signal))) throw error;
      const message = `${operation}: ${this.#deps.cluster} has no namespace ${key.namespace}`;
      throw new CloudError("NotFound", { message, codes: [NAMESPACE_NOT_FOUND], advice: "" });
    }
  };

  readonly change: ManifestChannel["change"] = (ability, { live, merged }, permit) => {
    const kind = ability as RawKind;
    const key = keyOf(live, kind);
    const operation = `Change ${shown(key)}`;
    return this.#inTurn(key, permit, async (turn) => {
      const found = await this.#lookFor(turn, kind, { live, operation, permit });
      if (found.metadata.resourceVersion !== live.metadata.resourceVersion) throw moved(operation);
      return this.#write(turn, { call: "EditYaml", operation, kind, key, manifest: merged, permit });
    });
  };

  readonly remove: ManifestChannel["remove"] = (ability, live, permit) => {
    const kind = ability as RawKind;
    const key = keyOf(live, kind);
    const operation = `Delete ${shown(key)}`;
    return this.#inTurn(key, permit, async (turn) => {
      await this.#lookFor(turn, kind, { live, operation, permit });
      await turn.write(await this.#deletionOf(kind, key.name, permit.signal)).catch(unprovenAbsence);
    });
  };

  #lackOf(kind: RawKind): string | undefined {
    return lackOf(kind, this.#deps.product);
  }

  #placeOf({ namespace }: ObjectKey): Place {
    const { cluster, product } = this.#deps;
    return { cluster, namespace: namespace === "" ? ANY_NAMESPACE : namespace, product };
  }

  #inTurn<T>(key: ObjectKey, permit: WritePermit, work: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#deps.places.within(this.#placeOf(key), permit.signal, work);
  }

  /** In this turn. Absent only where the name check agrees; a kind that it does not know is looked at once. */
  async #look(
    turn: Turn,
    kind: RawKind,
    { key, signal }: { key: ObjectKey; signal: AbortSignal },
  ): Promise<LiveObject | "Absent"> {
    const found = await orAbsent(turn.readText(await this.#viewOf(kind, key.name, signal)));
    if (found !== "Absent") return assertAsked(objectIn("ViewYaml", found), key);
    if (kind.checkedAs === undefined) return "Absent";
    const names = { type: kind.checkedAs, name: key.name };
    const { existence: isThere } = await turn.read({ operation: "CheckNameHere", names }, existence);
    if (!isThere) return "Absent";
    const message = `${shown(key)} is not shown, and its name is in use: nothing is told of it`;
    throw new CloudError("Unavailable", { message, codes: ["Contradiction"], advice: "Looking again" });
  }

  /** The very object. Throws CloudError NotFound where it is gone, Conflict where another one has its name. */
  async #lookFor(
    turn: Turn,
    kind: RawKind,
    { live, operation, permit }: { live: LiveObject; operation: string; permit: WritePermit },
  ): Promise<LiveObject> {
    const found = await this.#look(turn, kind, { key: keyOf(live, kind), signal: permit.signal });
    if (found === "Absent") throw new CloudError("NotFound", { message: `${operation}: it is gone`, advice: "" });
    if (found.metadata.uid === live.metadata.uid) return found;
    throw new CloudError("Conflict", { message: `${operation}: another one has its name`, advice: "" });
  }

  /** And reads it back: most answers to writes are not described. */
  async #write(turn: Turn, write: Write): Promise<LiveObject> {
    const { call, operation, kind, key, manifest, permit } = write;
    const names = { kind: kind.kind, name: key.name };
    const isSecret = kind.kind === "Secret";
    const body = bodyOf(manifest, this.#deps.yamlBody);
    const answer = await turn.write({ operation: call, names, body }).catch((error: unknown) => {
      throw isSecret ? withoutWords(error, operation) : error;
    });
    assertWritten(answer.body, { operation, isSecret });
    await turn.confirm();
    const found = await this.#look(turn, kind, { key, signal: permit.signal });
    if (found !== "Absent") return found;
    const message = `${operation}: the cloud said that it was done, and does not show it`;
    throw new CloudError("Unavailable", { message, codes: ["NotShown"], advice: "Looking again" });
  }

  async #viewOf({ kind, namespaced }: RawKind, name: string, signal: AbortSignal): Promise<CallHere> {
    const names = { kind, name };
    if (namespaced) return { operation: "ViewYaml", names };
    return { operation: "ViewYaml", names, query: [["cluster_addr", await this.#deps.address(signal)]] };
  }

  async #deletionOf(kind: RawKind, name: string, signal: AbortSignal): Promise<CallHere> {
    const { product, isForced, cluster, address } = this.#deps;
    const lack = this.#lackOf(kind);
    if (kind.deletion === undefined || lack !== undefined) {
      throw new CloudError("Rejected", { message: `Delete ${kind.kind} ${name}: ${lack ?? ""}`, advice: "" });
    }
    const asked = { product, isForced, cluster, address: kind.namespaced ? "" : await address(signal) };
    return kind.deletion(name, asked);
  }

  /** Whether the place was not confirmed because its namespace is gone, and so all that was in it. */
  async #isOfNamespace(error: unknown, place: Place, signal: AbortSignal): Promise<boolean> {
    const isUnconfirmed = error instanceof CloudError && error.kind === "PlaceNotConfirmed";
    return isUnconfirmed && (await this.#deps.lacksNamespace(place, signal));
  }
}

interface Write {
  readonly call: "CreateYaml" | "EditYaml";
  readonly operation: string;
  readonly kind: RawKind;
  readonly key: ObjectKey;
  readonly manifest: Manifest;
  readonly permit: WritePermit;
}

/** Throws CloudError PlaceNotConfirmed where what came is of another place: the session does not stand where it was confirmed to. */
function assertAsked(found: LiveObject, key: ObjectKey): LiveObject {
  const { name, namespace = "" } = found.metadata;
  if (found.kind === key.kind && name === key.name && namespace === key.namespace) return found;
  const message = `${shown(key)} was asked for, and another object was shown: ${shown({ ...key, kind: found.kind, namespace, name })}`;
  throw new CloudError("PlaceNotConfirmed", { message });
}

/** What a deletion answers proves nothing (1.2: "normal code 404"): the next look does. */
function unprovenAbsence(error: unknown): void {
  if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
}

function moved(operation: string): CloudError {
  return new CloudError("Conflict", { message: `${operation}: it has changed since it was looked at`, advice: "" });
}

/** Of a Secret's write no word is repeated. */
function withoutWords(error: unknown, operation: string): unknown {
  if (!(error instanceof CloudError) || error.status === undefined) return error;
  const { kind, codes, status, retryAfterMs, requestId } = error;
  return new CloudError(kind, {
    message: `${operation} was answered ${codes.join(", ")}`,
    codes,
    status,
    retryAfterMs,
    requestId,
    advice: error.advice,
  });
}

function keyOf({ metadata }: Manifest, { group, kind }: KindAbility): ObjectKey {
  return { group, kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

function shown({ kind, namespace, name }: ObjectKey): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}
