// Channel Forms: objects by ECNS's own forms, each change by the narrowest call that carries it, and read back by its own read. What no form
// carries and can follow, labels and annotations, follows as YAML; everything else is refused before the first write.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { WritePermit } from "../../../collection.ts";
import { CloudError } from "../../../errors.ts";
import type { KindAbility, LiveObject, Manifest, ManifestChannel, ObjectChange } from "../../../facets/manifests.ts";
import type { ProjectClient } from "../../client.ts";
import type { CallHere, Turn } from "../../places/turn.ts";
import { straysBy, type Astray } from "../astray.ts";
import type { RawKind } from "../kinds.ts";
import { keyOf, shown, type Looks } from "../looks.ts";
import { isDefault, markingOf } from "../narrow.ts";
import { assertSound } from "../preflight.ts";
import { withSameStatus } from "../same-status.ts";
import { moved, withoutWords, type Write, type YamlChannel } from "../yaml-channel.ts";
import { withBeside, type Beside } from "./beside.ts";
import { assertChosen, assertNotChosen, memberOf } from "./chosen.ts";
import type { Knowledge } from "./known.ts";
import { formNewborns } from "./newborn.ts";
import { lostIn, nounOf, type Noun, type View } from "./nouns.ts";
import { assertNone, assertService } from "./preflight.ts";
import { remainderOf } from "./remainder.ts";
import { sectionsOf, type SectionWrite } from "./sections.ts";
import { forUpdate } from "./service.ts";
import { missingIn } from "./subset.ts";

interface FormsDeps {
  readonly yaml: YamlChannel;
  readonly looks: Looks;
  readonly astray: Astray;
  readonly cluster: string;
  /** Of the cluster's API server. */
  readonly address: (signal: AbortSignal) => Promise<string>;
  /** Names of the types of volumes that there are. */
  readonly volumeTypes: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly knowledge: Knowledge;
  readonly client: ProjectClient;
  /** What the set's block says of single objects. */
  readonly beside: Beside;
}

/** One write, in its turn. */
type Writing = Omit<Write, "manifest">;

const UPDATE_IGNORED = "UpdateIgnored";
const WORKLOADS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

export class FormsChannel implements ManifestChannel {
  readonly kinds: readonly RawKind[];
  readonly newborns = formNewborns;
  readonly strays: YamlChannel["strays"];
  readonly kindOf: ManifestChannel["kindOf"];
  readonly list: ManifestChannel["list"];
  readonly read: ManifestChannel["read"];
  readonly remove: ManifestChannel["remove"];
  readonly hastens: YamlChannel["hastens"];
  readonly residue: YamlChannel["residue"];
  readonly events: YamlChannel["events"];
  readonly eventsByObject = true;
  readonly operations: YamlChannel["operations"];
  readonly history: YamlChannel["history"];
  readonly #deps: FormsDeps;
  /** By UID: print of what was sent and did not show. */
  readonly #ignored = new Map<string, string>();

  constructor(deps: FormsDeps) {
    this.#deps = deps;
    const { yaml } = deps;
    this.kinds = yaml.kinds;
    this.kindOf = yaml.kindOf;
    this.list = yaml.list;
    this.read = yaml.read;
    this.remove = yaml.remove;
    this.hastens = yaml.hastens;
    this.residue = yaml.residue;
    this.events = yaml.events;
    this.operations = yaml.operations;
    this.history = yaml.history;
    this.strays = straysBy(deps.astray, (kind) => (nounOf(kind) === undefined ? "Yaml" : "Form"));
  }

  readonly completed = (manifest: Manifest): Manifest => withBeside(manifest, this.#deps.beside);

  readonly refusals: ManifestChannel["refusals"] = (manifest) => [
    ...this.#deps.yaml.refusals(manifest),
    ...lostIn(manifest),
  ];

  readonly create: ManifestChannel["create"] = async (ability, manifest, permit) => {
    const { yaml } = this.#deps;
    const noun = nounOf(manifest.kind);
    if (noun === undefined) return yaml.create(ability, manifest, permit);
    const kind = ability as RawKind;
    const key = keyOf(manifest, kind);
    const writing = { kind, key, operation: `Create ${shown(key)}`, permit };
    const { creation, view } = await this.#formOf(noun, manifest, writing);
    return this.#deps.astray.watching({ kind, manifest, by: "Form" }, permit, (sending) =>
      this.#deps.looks.inTurn(key, permit.signal, async (turn) => {
        await this.#assertPossible(turn, { manifest, live: undefined }, writing);
        sending();
        await this.#send(turn, creation, writing);
        if (isDefault(manifest)) {
          await this.#send(turn, markingOf(key.name, true, await this.#cluster(permit)), writing);
        }
        const made = await this.#suspended(turn, manifest, await this.#readBack(turn, writing), writing);
        const live = await this.#withRemainder(turn, { live: made, wanted: manifest, patch: manifest }, writing);
        await this.#assertShown(turn, { view, sent: creation, live }, writing);
        assertChosen(manifest, live, writing.operation);
        return live;
      }),
    );
  };

  readonly change: ManifestChannel["change"] = (ability, change, permit) => {
    const kind = ability as RawKind;
    const { live } = change;
    const key = keyOf(live, kind);
    const writing = { kind, key, operation: `Change ${shown(key)}`, permit };
    const noun = nounOf(live.kind);
    if (noun === undefined || change.declared === undefined) return this.#deps.yaml.change(ability, change, permit);
    if (WORKLOADS.has(live.kind)) return this.#changeSections(change, writing);
    return this.#changeWhole(noun, { ability, change }, writing);
  };

  /** Section by section; what meets no section is refused before the first of them is sent. */
  async #changeSections(change: ObjectChange, writing: Writing): Promise<LiveObject> {
    const { live, merged, patch } = change;
    const { knowledge } = this.#deps;
    const { operation } = writing;
    const { writes, refusals } = sectionsOf(change, await knowledge.of(merged, writing.permit.signal));
    assertNone(refusals, operation);
    return this.#changing(change, writing, async (turn, found) => {
      if (writes.length > 0) this.#assertNotIgnored(live, writes, operation);
      if (writes.some(({ view }) => view.operation === "GetContainers")) {
        await this.#assertPossible(turn, { manifest: merged, live }, writing);
      }
      for (const { call } of writes) await this.#send(turn, call, writing);
      const changed = writes.length === 0 ? found : await this.#readBack(turn, writing);
      const whole = await this.#withRemainder(turn, { live: changed, wanted: merged, patch }, writing);
      await this.#assertSectionsShown(turn, writes, { live: whole, operation });
      return whole;
    });
  }

  async #assertSectionsShown(
    turn: Turn,
    writes: readonly SectionWrite[],
    { live, operation }: { readonly live: LiveObject; readonly operation: string },
  ): Promise<void> {
    for (const { view, shown: schema, wanted, meaning, call } of writes) {
      const answer: unknown = await turn.read(view, schema);
      const missing = missingIn(wanted, meaning(answer));
      if (missing !== undefined) {
        this.#ignoredBy(live, writes, `${operation}: the cloud took ${actionOf(call)}, and does not show ${missing}`);
      }
    }
  }

  /** A form makes one that runs. */
  async #suspended(turn: Turn, manifest: Manifest, live: LiveObject, writing: Writing): Promise<LiveObject> {
    if (live.kind !== "CronJob" || memberOf(manifest["spec"], "suspend") !== true) return live;
    const body = { cronjob_list: [{ name: live.metadata.name }] };
    await this.#send(turn, { operation: "SwitchCronJobs", query: [["action", "stop"]], body }, writing);
    return this.#readBack(turn, writing);
  }

  /** By the call for the whole object; kinds without one are edited as YAML. */
  async #changeWhole(
    noun: Noun,
    { ability, change }: { readonly ability: KindAbility; readonly change: ObjectChange },
    writing: Writing,
  ): Promise<LiveObject> {
    const { live, merged, patch } = change;
    const wanted = wholeOf(change);
    if (!noun.updates) return this.#deps.yaml.change(ability, change, writing.permit);
    const { update, view } = await this.#formOf(noun, wanted, writing);
    assertNotChosen(patch, writing.operation);
    const isSame = isDeepStrictEqual(noun.read(wanted, {}).made, noun.read(live, {}).made);
    return this.#changing(change, writing, async (turn, found) => {
      if (isSame || update === undefined) {
        return this.#withRemainder(turn, { live: found, wanted: merged, patch }, writing);
      }
      this.#assertNotIgnored(live, update, writing.operation);
      await this.#assertPossible(turn, { manifest: wanted, live }, writing);
      await this.#send(turn, update, writing);
      const changed = await this.#readBack(turn, writing);
      const whole = await this.#withRemainder(turn, { live: changed, wanted: merged, patch }, writing);
      await this.#assertShown(turn, { view, sent: update, live: whole }, writing);
      return whole;
    });
  }

  /** In a turn that has just seen the very object, in that version or with another status alone. */
  #changing(
    { live, merged }: ObjectChange,
    { kind, key, operation, permit }: Writing,
    work: (turn: Turn, found: LiveObject) => Promise<LiveObject>,
  ): Promise<LiveObject> {
    const { looks } = this.#deps;
    return looks.inTurn(key, permit.signal, async (turn) => {
      const found = await looks.lookFor(turn, kind, { live, operation, permit });
      if (withSameStatus(merged, { live, found }) === "Moved") throw moved(operation);
      return work(turn, found);
    });
  }

  /** Of a Secret's write no word is repeated. */
  async #send(turn: Turn, call: CallHere, { kind, operation }: Writing): Promise<void> {
    await turn.write(call).catch((error: unknown) => {
      throw kind.kind === "Secret" ? withoutWords(error, operation) : error;
    });
  }

  #readBack(turn: Turn, writing: Writing): Promise<LiveObject> {
    return this.#deps.looks.readBack(turn, writing.kind, writing);
  }

  async #cluster({ signal }: WritePermit): Promise<{ cluster: string; address: string }> {
    return { cluster: this.#deps.cluster, address: await this.#deps.address(signal) };
  }

  async #formOf(noun: Noun, manifest: Manifest, { kind, operation, permit }: Writing) {
    const { knowledge, address: addressOf } = this.#deps;
    const known = await knowledge.of(manifest, permit.signal);
    const address = kind.namespaced ? "" : await addressOf(permit.signal);
    const { made, refusals } = noun.write(manifest, { known, address });
    assertNone(refusals, operation);
    // Nothing was refused.
    return made as NonNullable<typeof made>;
  }

  async #assertPossible(
    turn: Turn,
    { manifest, live }: { readonly manifest: Manifest; readonly live: LiveObject | undefined },
    { operation, permit: { signal } }: Writing,
  ): Promise<void> {
    const { client, volumeTypes } = this.#deps;
    await assertSound(turn, { operation, manifest, live, volumeTypes: () => volumeTypes(signal) });
    if (manifest.kind === "Service") await assertService(manifest, live, { turn, client, signal, operation });
  }

  async #withRemainder(
    turn: Turn,
    { live, wanted, patch }: { readonly live: LiveObject; readonly wanted: Manifest; readonly patch: object },
    writing: Writing,
  ): Promise<LiveObject> {
    const manifest = remainderOf(live, wanted, patch as Readonly<Record<string, unknown>>);
    if (manifest === undefined) return live;
    return this.#deps.yaml.edit(turn, { ...writing, manifest });
  }

  /** Throws CloudError Rejected with code UpdateIgnored where the cloud took it and shows something else. */
  async #assertShown(
    turn: Turn,
    { view, sent, live }: { readonly view: View | undefined; readonly sent: CallHere; readonly live: LiveObject },
    { operation }: Writing,
  ): Promise<void> {
    if (view === undefined) return;
    const answer = await turn.read(view.call, view.shown);
    const missing = missingIn(view.wanted, answer);
    if (missing !== undefined) {
      this.#ignoredBy(live, sent, `${operation}: the cloud took it, and does not show ${missing}`);
    }
  }

  #ignoredBy({ metadata: { uid } }: LiveObject, sent: unknown, message: string): never {
    this.#ignored.set(uid, printOf(sent));
    throw ignored(message);
  }

  /** What was sent once and did not show is not sent again. */
  #assertNotIgnored({ metadata: { uid } }: LiveObject, sent: unknown, operation: string): void {
    if (this.#ignored.get(uid) === printOf(sent)) {
      throw ignored(`${operation}: the cloud took the same before and did not show it. It is not sent again`);
    }
    this.#ignored.delete(uid);
  }
}

function ignored(message: string): CloudError {
  return new CloudError("Rejected", { message, codes: [UPDATE_IGNORED], advice: "" });
}

/** Of requests, which may be secret: nothing can be read out of it. */
function printOf(sent: unknown): string {
  return createHash("sha256").update(JSON.stringify(sent)).digest("base64");
}

function actionOf({ query = [] }: CallHere): string {
  return query.find(([name]) => name === "action")?.[1] ?? "";
}

/** As it is to be, without what the server writes beside what is declared. */
function wholeOf({ live, declared, merged }: ObjectChange): Manifest {
  if (live.kind === "ConfigMap" || live.kind === "Secret" || declared === undefined) return merged;
  const { labels = {}, annotations = {} } = merged.metadata;
  const whole = { ...declared, metadata: { ...declared.metadata, labels, annotations } };
  return live.kind === "Service" ? forUpdate(whole, live) : whole;
}
