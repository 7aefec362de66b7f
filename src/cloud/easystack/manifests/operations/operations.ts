// What EasyStack does with workloads beside having them as declared (1.21): stopped and started, rolled back, restarted, old revisions
// deleted. Each visit sends one thing at most; the next one finds what came of it.
import type {
  ChannelOperations,
  ManifestRefusal,
  ObjectKey,
  OperationSaid,
  OperationScene,
  OperationStep,
} from "../../../facets/manifests.ts";
import type { ManifestFacts, ManifestOptions } from "../../blocks-manifests.ts";
import { shown, type Looks } from "../looks.ts";
import { addressesIn } from "./addresses.ts";
import { powerOf, powerTold } from "./power.ts";
import { restartOf } from "./restart.ts";
import { retentionOf } from "./retention.ts";
import { rollbackOf } from "./rollback.ts";
import { isSameKey, keyAsked, refOf, type WorkloadState, type WorkloadTold } from "./state.ts";
import type { Part, Sending } from "./step.ts";

interface OperationsDeps {
  readonly looks: Looks;
  readonly options: ManifestOptions;
}

const REPLICAS = "/spec/replicas";
const TEMPLATE = "/spec/template";

export class WorkloadOperations implements ChannelOperations {
  readonly #looks: Looks;
  readonly #asked: NonNullable<ManifestOptions["workloads"]>;

  constructor({ looks, options }: OperationsDeps) {
    this.#looks = looks;
    this.#asked = options.workloads ?? [];
  }

  readonly refusals = (keys: readonly ObjectKey[]): readonly ManifestRefusal[] =>
    this.#asked.flatMap((asked, at) => {
      const key = keyAsked(asked);
      if (keys.some((each) => isSameKey(each, key))) return [];
      const path = `spec.easystack.workloads[${at}]`;
      return [{ path, message: `${shown(key)} is no object of this set. Declare it, or take the entry out` }];
    });

  /** What a stopped one counts, and what one that is rolled back runs, is not the manifest's. */
  readonly spared = (key: ObjectKey, told: object): readonly string[] => {
    const asked = this.#asked.find((each) => isSameKey(keyAsked(each), key));
    if (asked === undefined) return [];
    const { stopped = false } = toldOf(told, key);
    const isStopped = asked.powerState === "Stopped" || (asked.powerState === "Running" && stopped);
    return [...(isStopped ? [REPLICAS] : []), ...(asked.rollbackTo === undefined ? [] : [TEMPLATE])];
  };

  readonly next = async (scene: OperationScene): Promise<OperationStep> => {
    const found = this.#asked.flatMap((asked): WorkloadState[] => {
      const key = keyAsked(asked);
      const object = scene.objects.find((each) => isSameKey(each.key, key));
      if (object === undefined) return [];
      const { live, isHealthy } = object;
      return [{ asked, key, name: shown(key), live, isHealthy, told: toldOf(scene.told, key) }];
    });
    const power = powerOf(found, this.#looks);
    if (power) return sendStep(power, { scene, told: found.map(({ told }) => told) });
    return this.#each(scene, found);
  };

  async #each(scene: OperationScene, found: readonly WorkloadState[]): Promise<OperationStep> {
    const came: Came[] = [];
    for (const state of found) came.push(await this.#partsOf(state, scene));
    const told = came.map((each) => each.told);
    const sending = came.find((each) => each.sending)?.sending;
    if (sending) return sendStep(sending, { scene, told });
    const urls = await addressesIn(this.#looks, scene);
    const kept: ManifestFacts = { ...(told.length > 0 && { workloads: told }), ...(urls.length > 0 && { urls }) };
    const waiting = came.find((each) => each.waiting !== undefined)?.waiting;
    if (waiting !== undefined) return { do: "Wait", told: kept, message: waiting };
    return { do: "Nothing", told: kept, said: came.flatMap((each) => each.said) };
  }

  /** One after the other: what follows would be decided on what is about to change. */
  async #partsOf(state: WorkloadState, scene: OperationScene): Promise<Came> {
    let { told } = state;
    const said: OperationSaid[] = [];
    for (const part of PARTS) {
      const came = await part({ ...state, told }, this.#looks, scene);
      told = came.told ?? told;
      if (came.said) said.push(came.said);
      if (came.sending || came.waiting !== undefined) return { ...came, told, said };
    }
    return { told, said };
  }
}

/** What all parts together come to for one workload. */
interface Came extends Pick<Part, "sending" | "waiting"> {
  readonly told: WorkloadTold;
  readonly said: readonly OperationSaid[];
}

type PartOf = (state: WorkloadState, looks: Looks, scene: OperationScene) => Part | Promise<Part>;

const PARTS: readonly PartOf[] = [powerTold, rollbackOf, restartOf, retentionOf];

function toldOf(told: object, key: ObjectKey): WorkloadTold {
  const ref = refOf(key);
  const { workloads = [] } = told as ManifestFacts;
  return workloads.find((each) => each.ref === ref) ?? { ref };
}

function sendStep(
  { states, fields, journaled, done, send }: Sending,
  { scene, told }: { scene: OperationScene; told: readonly WorkloadTold[] },
): OperationStep {
  const withEach = (change: (state: WorkloadState) => WorkloadTold): ManifestFacts => {
    const changed = new Map(states.map((state) => [state.told.ref, change(state)]));
    return { ...scene.told, workloads: told.map((each) => changed.get(each.ref) ?? each) };
  };
  return {
    do: "Send",
    target: states.map(({ name }) => name).join(", "),
    fields,
    told: withEach(journaled),
    send: async (permit) => {
      await send(permit);
      return withEach(done);
    },
  };
}
