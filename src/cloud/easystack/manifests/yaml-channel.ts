// Channel Yaml: objects as they are, by view, edit and create (1.16), in turns where the server-side session stands (places/). An object
// is changed or deleted only after a look in the same turn has shown the wanted one there.
import type { WritePermit } from "../../collection.ts";
import { CloudError } from "../../errors.ts";
import type {
  ChannelHistory,
  ChannelOperations,
  LiveObject,
  Manifest,
  ManifestChannel,
  ManifestRefusal,
  ObjectKey,
} from "../../facets/manifests.ts";
import type { Residue, Strays } from "../../facets/object-traces.ts";
import type { CallHere, Turn } from "../places/turn.ts";
import { straysBy, type Astray } from "./astray.ts";
import { AUTOSCALER } from "./autoscalers.ts";
import type { AutoscalerObjects } from "./autoscaler-objects.ts";
import { assertWritten, bodyOf, type YamlBody } from "./documents.ts";
import { isWanted, lackOf, RAW_KINDS, type DeletionOptions, type RawKind } from "./kinds.ts";
import { keyOf, shown, type Looks, type LooksDeps } from "./looks.ts";
import { isDefault, markingOf, narrowCallOf } from "./narrow.ts";
import { historyBy } from "./operations/history.ts";
import { assertSound } from "./preflight.ts";
import { withSameStatus } from "./same-status.ts";

export interface YamlDeps extends Pick<LooksDeps, "address" | "cluster" | "product"> {
  readonly looks: Looks;
  readonly astray: Astray;
  readonly autoscalers: AutoscalerObjects;
  readonly operations: ChannelOperations;
  readonly residue: Residue;
  readonly events: NonNullable<ManifestChannel["events"]>;
  readonly yamlBody: YamlBody;
  readonly isForced: boolean;
  /** Names of the types of volumes that there are. */
  readonly volumeTypes: (signal: AbortSignal) => Promise<readonly string[]>;
}

export const YAML_KINDS: readonly RawKind[] = [...RAW_KINDS, AUTOSCALER];

export class YamlChannel implements ManifestChannel {
  readonly kinds = YAML_KINDS;
  readonly operations: ChannelOperations;
  readonly history: ChannelHistory;
  readonly residue: Residue;
  readonly events: NonNullable<ManifestChannel["events"]>;
  readonly eventsByObject = true;
  readonly strays: Strays;
  readonly #deps: YamlDeps;

  constructor(deps: YamlDeps) {
    this.#deps = deps;
    this.operations = deps.operations;
    this.residue = deps.residue;
    this.events = deps.events;
    this.history = historyBy(deps.looks);
    this.strays = straysBy(deps.astray, () => "Yaml");
  }

  readonly kindOf: ManifestChannel["kindOf"] = (wanted) =>
    Promise.resolve(this.kinds.find((kind) => isWanted(kind, wanted)));

  readonly refusals = (manifest: Manifest): readonly ManifestRefusal[] => {
    if (manifest.kind === AUTOSCALER.kind) return this.#deps.autoscalers.refusals(manifest);
    const lacks = this.kinds.filter(({ kind }) => kind === manifest.kind).flatMap((kind) => this.#lackOf(kind) ?? []);
    return lacks.map((message) => ({ path: "", message }));
  };

  /** The lists of the reference show names and forms, never an object. */
  readonly list: ManifestChannel["list"] = () => Promise.resolve([]);

  readonly read: ManifestChannel["read"] = (ability, key, signal) => {
    const { looks, autoscalers } = this.#deps;
    return ability === AUTOSCALER ? autoscalers.read(key, signal) : looks.read(ability as RawKind, key, signal);
  };

  readonly create: ManifestChannel["create"] = (ability, manifest, permit) => {
    const kind = ability as RawKind;
    if (kind === AUTOSCALER) return this.#deps.autoscalers.create(manifest, permit);
    const key = keyOf(manifest, kind);
    const operation = `Create ${shown(key)}`;
    const { looks, astray } = this.#deps;
    return astray.watching({ kind, manifest, by: "Yaml" }, permit, (sending) =>
      looks.inTurn(key, permit.signal, async (turn) => {
        const write = { operation, kind, key, manifest, permit };
        await this.#assertSound(turn, write, undefined);
        sending();
        await this.#send(turn, "CreateYaml", write);
        if (kind.kind === "StorageClass" && isDefault(manifest)) {
          await turn.write(markingOf(key.name, true, await this.#cluster(permit.signal)));
        }
        return looks.readBack(turn, kind, write);
      }),
    );
  };

  readonly change: ManifestChannel["change"] = (ability, { live, merged, patch }, permit) => {
    const kind = ability as RawKind;
    if (kind === AUTOSCALER) return this.#deps.autoscalers.change(live, merged, permit);
    const key = keyOf(live, kind);
    const operation = `Change ${shown(key)}`;
    const { looks } = this.#deps;
    return looks.inTurn(key, permit.signal, async (turn) => {
      const found = await looks.lookFor(turn, kind, { live, operation, permit });
      const manifest = withSameStatus(merged, { live, found });
      if (manifest === "Moved") throw moved(operation);
      const write = { operation, kind, key, manifest, permit };
      const narrow = narrowCallOf({ live, patch }, await this.#clusterFor(kind, permit.signal));
      if (narrow !== undefined) {
        await turn.write(narrow.call);
        const changed = await looks.readBack(turn, kind, write);
        if (!narrow.leavesMore) return changed;
        const { resourceVersion } = changed.metadata;
        write.manifest = { ...manifest, metadata: { ...manifest.metadata, resourceVersion } };
      }
      await this.#assertSound(turn, write, live);
      return this.edit(turn, write);
    });
  };

  /** One object, whole, in a turn that has looked at it. Reads it back. */
  async edit(turn: Turn, write: Write): Promise<LiveObject> {
    await this.#send(turn, "EditYaml", write);
    return this.#deps.looks.readBack(turn, write.kind, write);
  }

  readonly remove: ManifestChannel["remove"] = (ability, live, permit) => {
    const kind = ability as RawKind;
    const { looks, autoscalers } = this.#deps;
    if (kind === AUTOSCALER) return autoscalers.remove(live, permit);
    const key = keyOf(live, kind);
    const operation = `Delete ${shown(key)}`;
    return looks.inTurn(key, permit.signal, async (turn) => {
      await looks.lookFor(turn, kind, { live, operation, permit });
      await turn.write(await this.#deletionOf(kind, key.name, permit.signal)).catch(unprovenAbsence);
    });
  };

  /** A pod has a grace until then, which a forced deletion takes away. */
  readonly hastens = ({ kind, metadata }: LiveObject): boolean =>
    this.#deps.isForced && kind === "Pod" && metadata["deletionGracePeriodSeconds"] !== 0;

  #lackOf(kind: RawKind): string | undefined {
    return lackOf(kind, this.#deps.product);
  }

  #assertSound(turn: Turn, { operation, manifest, permit }: Write, live: LiveObject | undefined): Promise<void> {
    const volumeTypes = (): Promise<readonly string[]> => this.#deps.volumeTypes(permit.signal);
    return assertSound(turn, { operation, manifest, live, volumeTypes });
  }

  async #send(turn: Turn, call: "CreateYaml" | "EditYaml", write: Write): Promise<void> {
    const { operation, kind, key, manifest } = write;
    const names = { kind: kind.kind, name: key.name };
    const isSecret = kind.kind === "Secret";
    const body = bodyOf(manifest, this.#deps.yamlBody);
    const answer = await turn.write({ operation: call, names, body }).catch((error: unknown) => {
      throw isSecret ? withoutWords(error, operation) : error;
    });
    assertWritten(answer.body, { operation, isSecret });
  }

  async #cluster(signal: AbortSignal): Promise<Pick<DeletionOptions, "cluster" | "address">> {
    return { cluster: this.#deps.cluster, address: await this.#deps.address(signal) };
  }

  /** Only what lies in no namespace is named with its cluster. */
  #clusterFor({ namespaced }: RawKind, signal: AbortSignal): Promise<Pick<DeletionOptions, "cluster" | "address">> {
    const { cluster } = this.#deps;
    return namespaced ? Promise.resolve({ cluster, address: "" }) : this.#cluster(signal);
  }

  async #deletionOf(kind: RawKind, name: string, signal: AbortSignal): Promise<CallHere> {
    const { product, isForced } = this.#deps;
    const lack = this.#lackOf(kind);
    if (kind.deletion === undefined || lack !== undefined) {
      throw new CloudError("Rejected", { message: `Delete ${kind.kind} ${name}: ${lack ?? ""}`, advice: "" });
    }
    return kind.deletion(name, { product, isForced, ...(await this.#clusterFor(kind, signal)) });
  }
}

export interface Write {
  /** In messages, such as: Change Deployment shop/web. */
  readonly operation: string;
  readonly kind: RawKind;
  readonly key: ObjectKey;
  readonly manifest: Manifest;
  readonly permit: WritePermit;
}

/** What a deletion answers proves nothing (1.2: "normal code 404"): the next look does. */
function unprovenAbsence(error: unknown): void {
  if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
}

export function moved(operation: string): CloudError {
  return new CloudError("Conflict", { message: `${operation}: it has changed since it was looked at`, advice: "" });
}

/** Of a Secret's write no word is repeated. */
export function withoutWords(error: unknown, operation: string): unknown {
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
