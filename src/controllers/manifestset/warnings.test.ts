// Who shares what was read of a namespace's Events: everybody where a list shows all of them, and only who asks for the same where the cloud
// shows them object by object.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { ManifestChannel, TargetEvent } from "../../cloud/facets/manifests.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import type { Judged } from "./status.ts";
import { Warnings } from "./warnings.ts";
import type { Work } from "./work.ts";

type About = TargetEvent["about"];

const ONCE: About = { group: "batch", kind: "Job", namespace: "shop", name: "once", uid: "uid-once" };
const TICK: About = { group: "batch", kind: "CronJob", namespace: "shop", name: "tick", uid: "uid-tick" };

/** A target in which each object has a warning, and how often it was asked. */
function build({ byObject }: { byObject: boolean }) {
  let asked = 0;
  const channel = {
    ...(byObject && { eventsByObject: true }),
    events: (_namespace: string, _signal: AbortSignal, about: readonly About[]): Promise<TargetEvent[]> => {
      asked += 1;
      const shown = byObject ? about : [ONCE, TICK];
      return Promise.resolve(
        shown.map((each) => ({ about: each, type: "Warning", reason: "Failed", message: each.name })),
      );
    },
  } as unknown as ManifestChannel;
  const clock = new FakeClock();
  const warnings = new Warnings({ clock, events: { event: () => undefined } });
  const read = async (about: About): Promise<readonly string[]> => {
    const status: Partial<ManifestSet["status"]> = {};
    const visit = { object: { status: {} }, status, signal: new AbortController().signal };
    const live = { metadata: { uid: about.uid } };
    const object = { declared: { key: about }, outcome: { state: "Applied", live }, health: { status: "InProgress" } };
    await warnings.read({ place: { channel }, visit } as unknown as Work, [object as unknown as Judged]);
    return (status.warnings ?? []).map(({ message }) => message);
  };
  return { read, clock, asked: () => asked };
}

it("One list of a namespace serves all sets for ten seconds", async () => {
  const { read, clock, asked } = build({ byObject: false });
  expect([await read(ONCE), await read(TICK), await read(ONCE)]).toEqual([["once"], ["tick"], ["once"]]);
  expect(asked()).toBe(1);
  await clock.advance(10_000);
  await read(TICK);
  expect(asked()).toBe(2);
});

it("What was read about one object says nothing of another: each is asked for, and not again within ten seconds", async () => {
  const { read, clock, asked } = build({ byObject: true });
  expect([await read(ONCE), await read(TICK), await read(ONCE)]).toEqual([["once"], ["tick"], ["once"]]);
  expect(asked()).toBe(2);
  await clock.advance(10_000);
  await read(TICK);
  expect(asked()).toBe(3);
});
