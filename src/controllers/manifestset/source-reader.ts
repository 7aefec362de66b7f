// The sources of a set: ConfigMaps and Secrets beside it that bear the label by which their owners let them be read. Contents are read
// at use and kept nowhere.
import type { Manifest } from "../../cloud/facets/manifests.ts";
import { ManifestSetCondition, ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { MOST_OBJECTS } from "../../crds/manifestset/limits.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ResourceType } from "../../kube/types.ts";
import { HeldError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Said } from "../external/kind.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import { ChangedError } from "../lifecycle/passing.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { readLabelled, sourceKey, type Source } from "./labelled.ts";
import { inlineObjects, parseSource, textsIn, type RawObject, type SourceText } from "./sources.ts";
import { validated, type SourceObject } from "./validation.ts";

/** All that a set reads. */
export function sourcesOf({ spec, metadata }: ManifestSet): readonly string[] {
  return [...spec.manifestsFrom, ...spec.copies].map(({ kind, name }) =>
    sourceKey(kind, keyOf({ namespace: metadata.namespace, name })),
  );
}

/** Together. */
const MOST_BYTES = 4 * 1024 * 1024;
/** A source that changes wakes its sets; this is the fall-back. */
const SOURCE_POLL_MS = 60_000;

type Spec = ManifestSet["spec"];
type Named = Pick<Spec["copies"][number], "kind" | "name">;

/** What a set declares: the whole spec, of which the cache keeps no manifests, and the objects of all sources. */
export interface Declaration {
  readonly spec: Spec;
  readonly objects: readonly SourceObject[];
}

interface Read {
  readonly texts: readonly SourceText[];
  readonly copies: readonly RawObject[];
  readonly faults: readonly Said[];
}

export class SourceReader {
  readonly #client: KubeClient;
  readonly #type: ResourceType;

  constructor({ client, type }: { client: KubeClient; type: ResourceType }) {
    this.#client = client;
    this.#type = type;
  }

  /** All of them, or an error that names the first that can't be used: of half a declaration nothing is applied, and nothing pruned. */
  read(visit: Visit<ManifestSet>): Promise<Declaration> {
    const type = ManifestSetCondition.SourcesReady;
    return statingFailure(visit, type, async () => {
      const declaration = await this.#read(visit);
      const message = `${declaration.objects.length} objects`;
      visit.state({ type, status: "True", reason: Reason.Complete, message });
      return declaration;
    });
  }

  async #read(visit: Visit<ManifestSet>): Promise<Declaration> {
    const { spec, metadata } = await this.#client.get<ManifestSet>(this.#type, visit.object.metadata, {
      signal: visit.signal,
    });
    const { uid, generation } = visit.object.metadata;
    if (metadata.uid !== uid || metadata.generation !== generation) throw new ChangedError("The spec has changed");
    const { texts, copies, faults } = await this.#contents(visit, spec);
    assertSound(faults);
    assertBytes(spec, texts, copies);
    const parsed = texts.map(parseSource);
    const raw = [...inlineObjects(spec.manifests), ...parsed.flatMap(({ objects }) => objects), ...copies];
    if (raw.length > MOST_OBJECTS) {
      throw held(Reason.TooManyObjects, `${raw.length} objects: a set has at most ${MOST_OBJECTS}. Make several`);
    }
    const checked = validated(raw);
    assertSound([...parsed.flatMap((each) => each.faults), ...checked.faults]);
    if (raw.length === 0) {
      throw held(Reason.SourceEmpty, "No source names an object. Name some, or delete the set: nothing is pruned");
    }
    return { spec, objects: checked.objects };
  }

  async #contents(visit: Visit<ManifestSet>, spec: Spec): Promise<Read> {
    const from = await Promise.all(
      spec.manifestsFrom.map(async (ref, index) => {
        const where = `spec.manifestsFrom[${index}]`;
        const source = await this.#source(visit, ref, where);
        return "reason" in source ? faulty(source) : textsOf(ref, source, where);
      }),
    );
    const copies = await Promise.all(
      spec.copies.map(async (ref, index) => {
        const where = `spec.copies[${index}]`;
        const source = await this.#source(visit, ref, where);
        return "reason" in source ? faulty(source) : copyOf(source, { ref, where, namespace: spec.targetNamespace });
      }),
    );
    const all = [...from, ...copies];
    return {
      texts: all.flatMap(({ texts }) => texts),
      copies: all.flatMap((each) => each.copies),
      faults: all.flatMap(({ faults }) => faults),
    };
  }

  #source(visit: Visit<ManifestSet>, { kind, name }: Named, where: string): Promise<Source | Said> {
    const ref = { namespace: visit.object.metadata.namespace, name };
    return readLabelled(this.#client, { kind, ref, where, otherwise: "remove the entry", visit });
  }
}

function textsOf(ref: Spec["manifestsFrom"][number], { data = {} }: Source, where: string): Read {
  const plain = ref.kind === "Secret" ? decoded(data) : data;
  const texts = textsIn(ref, plain);
  if (texts.some(({ text }) => text.trim() !== "")) return { texts, copies: [], faults: [] };
  if (texts.length === 0 && ref.key !== undefined) {
    return faulty({
      reason: Reason.SourceNotFound,
      message: `${where}: ${ref.kind} ${ref.name} has no key ${ref.key}`,
    });
  }
  const message = `${where}: ${ref.kind} ${ref.name} holds no manifest: no text under ${ref.key ?? "a key that ends in .yaml, .yml or .json"}`;
  return faulty({ reason: Reason.SourceEmpty, message });
}

function decoded(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]);
  return Object.fromEntries(texts) as Record<string, string>;
}

/** Its contents and type; what its own labels and annotations say, they say here. */
function copyOf(
  { type, data, binaryData, immutable }: Source,
  { ref, where, namespace }: { ref: Spec["copies"][number]; where: string; namespace: string },
): Read {
  const { kind, name, targetName = name, targetNamespace = namespace } = ref;
  const value: Manifest = {
    apiVersion: "v1",
    kind,
    metadata: { name: targetName, namespace: targetNamespace },
    ...(type !== undefined && { type }),
    ...(data !== undefined && { data }),
    ...(binaryData !== undefined && { binaryData }),
    ...(immutable !== undefined && { immutable }),
  };
  return { texts: [], copies: [{ origin: where, value, isInline: false }], faults: [] };
}

function faulty(fault: Said): Read {
  return { texts: [], copies: [], faults: [fault] };
}

function assertBytes(spec: Spec, texts: readonly SourceText[], copies: readonly RawObject[]): void {
  const sizes = [spec.manifests, ...copies.map(({ value }) => value)].map((value) =>
    Buffer.byteLength(JSON.stringify(value)),
  );
  const bytes = [...sizes, ...texts.map(({ text }) => Buffer.byteLength(text))].reduce((sum, size) => sum + size, 0);
  if (bytes <= MOST_BYTES) return;
  const message = `${Math.ceil(bytes / 1024)} KiB in all sources: a set has at most ${MOST_BYTES / 1024} KiB. Make several`;
  throw held(Reason.TooManyObjects, message);
}

/** What could expose a secret is told before all else. */
function assertSound(faults: readonly Said[]): void {
  const [first] = [...faults.filter(({ reason }) => reason === Reason.SecretInline), ...faults];
  if (!first) return;
  const alike = faults.filter(({ reason }) => reason === first.reason);
  const shown = alike.slice(0, 3).map(({ message }) => message);
  const more = alike.length > 3 ? `; and ${alike.length - 3} more` : "";
  throw held(first.reason, `${shown.join("; ")}${more}`);
}

/** Stalled; a source that changes wakes the set at once. */
function held(reason: string, message: string): HeldError {
  return new HeldError({ reason, message, pollAfterMs: SOURCE_POLL_MS });
}
