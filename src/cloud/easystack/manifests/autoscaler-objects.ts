// HorizontalPodAutoscalers as objects of a channel: seen and changed with the workload that each of them scales (1.21).
import type { WritePermit } from "../../collection.ts";
import { CloudError } from "../../errors.ts";
import type { LiveObject, Manifest, ManifestRefusal, ObjectKey } from "../../facets/manifests.ts";
import { orAbsent } from "../../kit/error-table.ts";
import type { Turn } from "../places/turn.ts";
import {
  AUTOSCALER,
  autoscalerOf,
  autoscalerRefusals,
  SCALED_KINDS,
  settingOf,
  strategyAnswer,
  strategyOf,
  targetOf,
  type ScaledKind,
} from "./autoscalers.ts";
import { RAW_KINDS, type RawKind } from "./kinds.ts";
import { keyOf, shown, type Looks } from "./looks.ts";

interface Scaled {
  readonly turn: Turn;
  readonly key: ObjectKey;
  readonly signal: AbortSignal;
}

export class AutoscalerObjects {
  readonly #looks: Looks;

  constructor(looks: Looks) {
    this.#looks = looks;
  }

  readonly refusals = (manifest: Manifest): readonly ManifestRefusal[] => autoscalerRefusals(manifest);

  /** Absent with its workload, too. */
  read(key: ObjectKey, signal: AbortSignal): Promise<LiveObject | "Absent"> {
    return this.#looks.readBy(key, signal, (turn) => this.#look({ turn, key, signal }));
  }

  create(manifest: Manifest, permit: WritePermit): Promise<LiveObject> {
    const key = keyOf(manifest, AUTOSCALER);
    const operation = `Create ${shown(key)}`;
    return this.#looks.inTurn(key, permit.signal, async (turn) => {
      const { kind, name } = targetOf(manifest);
      const scene = { turn, key, signal: permit.signal };
      const workload = await this.#workload(scene, kind);
      if (workload === "Absent") {
        const message = `${operation}: there is no ${kind} ${name} that it could scale`;
        throw new CloudError("Busy", { message, advice: "" });
      }
      if ((await this.#of(scene, workload)) !== "Absent") {
        throw new CloudError("AlreadyExists", {
          message: `${operation}: ${kind} ${name} is scaled already`,
          advice: "",
        });
      }
      return this.#set(scene, { manifest, operation });
    });
  }

  change(live: LiveObject, merged: Manifest, permit: WritePermit): Promise<LiveObject> {
    const key = keyOf(live, AUTOSCALER);
    const operation = `Change ${shown(key)}`;
    return this.#looks.inTurn(key, permit.signal, async (turn) => {
      const scene = { turn, key, signal: permit.signal };
      await this.#assertSame(scene, live, operation);
      return this.#set(scene, { manifest: merged, operation });
    });
  }

  remove(live: LiveObject, permit: WritePermit): Promise<void> {
    const key = keyOf(live, AUTOSCALER);
    return this.#looks.inTurn(key, permit.signal, async (turn) => {
      const found = await this.#assertSame({ turn, key, signal: permit.signal }, live, `Delete ${shown(key)}`);
      await turn.write(settingOf(targetOf(found), null));
    });
  }

  async #set(scene: Scaled, { manifest, operation }: { manifest: Manifest; operation: string }): Promise<LiveObject> {
    await scene.turn.write(settingOf(targetOf(manifest), strategyOf(manifest)));
    await scene.turn.confirm();
    const found = await this.#look(scene);
    if (found !== "Absent") return found;
    const message = `${operation}: the cloud said that it was done, and does not show it`;
    throw new CloudError("Unavailable", { message, codes: ["NotShown"], advice: "Looking again" });
  }

  /** Throws CloudError NotFound where it is gone, Conflict where it is another one or has changed. */
  async #assertSame(scene: Scaled, live: LiveObject, operation: string): Promise<LiveObject> {
    const found = await this.#look(scene);
    if (found === "Absent") throw new CloudError("NotFound", { message: `${operation}: it is gone`, advice: "" });
    const { uid, resourceVersion } = found.metadata;
    if (uid === live.metadata.uid && resourceVersion === live.metadata.resourceVersion) return found;
    throw new CloudError("Conflict", { message: `${operation}: it has changed since it was looked at`, advice: "" });
  }

  /** Of whichever workload of its name is scaled. */
  async #look(scene: Scaled): Promise<LiveObject | "Absent"> {
    for (const kind of SCALED_KINDS) {
      const workload = await this.#workload(scene, kind);
      const found = workload === "Absent" ? workload : await this.#of(scene, workload);
      if (found !== "Absent") return found;
    }
    return "Absent";
  }

  #workload({ turn, key, signal }: Scaled, name: ScaledKind): Promise<LiveObject | "Absent"> {
    const kind = RAW_KINDS.find((each) => each.kind === name) as RawKind;
    return this.#looks.look(turn, kind, { key: { ...key, group: kind.group, kind: name }, signal });
  }

  async #of({ turn, key }: Scaled, workload: LiveObject): Promise<LiveObject | "Absent"> {
    const names = { name: workload.metadata.name };
    const query = [["workload_type", workload.kind]] as const;
    const answer = await orAbsent(turn.read({ operation: "GetScaleStrategy", names, query }, strategyAnswer));
    const strategy = answer === "Absent" ? undefined : answer.scale_strategy;
    return strategy ? autoscalerOf(key, workload, strategy) : "Absent";
  }
}
