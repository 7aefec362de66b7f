// How many nodes of a cluster are out of service at once, and whose turn is next.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedManagedNode } from "../../../test/support/environment/resources.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import type { Disruption } from "./scope.ts";
import { Turns } from "./turns.ts";

const EARLIER = "2026-01-01T00:00:00Z";
const LATER = "2026-01-01T00:00:01Z";

function node(name: string, state?: Disruption["state"], since = EARLIER): ManagedNode {
  const disruption = state && ({ verb: "Delete", since, state, externalId: name, cloudPhase: "Active" } as const);
  const status = { externalId: name, hasBeenActive: true, ...(disruption && { disruption }) };
  return storedManagedNode({ metadata: { name, uid: name }, status });
}

function turnsOver(...nodes: readonly ManagedNode[]): Turns {
  return new Turns({ store: { byIndex: () => [...nodes] }, clock: new FakeClock() });
}

it("One goes where nobody is out, and waits where somebody is, whom it names", () => {
  const own = node("a");
  expect(turnsOver(own, node("b")).of(own, { since: EARLIER, most: 1 })).toEqual({ isOurs: true });
  const turn = turnsOver(own, node("b", "Sent")).of(own, { since: EARLIER, most: 1 });
  expect(turn).toMatchObject({ isOurs: false, who: expect.stringContaining("ManagedNode default/b") });
});

it("The longest waiting goes first; of those that came together, one and the same", () => {
  const own = node("b", "Waiting", LATER);
  expect(turnsOver(own, node("c", "Waiting", EARLIER)).of(own, { since: LATER, most: 1 }).isOurs).toBe(false);
  expect(turnsOver(own, node("c", "Waiting", LATER)).of(own, { since: LATER, most: 1 }).isOurs).toBe(true);
  expect(turnsOver(own, node("a", "Waiting", LATER)).of(own, { since: LATER, most: 1 }).isOurs).toBe(false);
});

it("One that is paused takes no turn while it is, and keeps one that it has", () => {
  const own = node("b", "Waiting", LATER);
  const paused = (other: ManagedNode): ManagedNode => {
    return { ...other, metadata: { ...other.metadata, annotations: { "yunfan.dev/paused": "true" } } };
  };
  expect(turnsOver(own, paused(node("c", "Waiting", EARLIER))).of(own, { since: LATER, most: 1 }).isOurs).toBe(true);
  expect(turnsOver(own, paused(node("c", "Sent", EARLIER))).of(own, { since: LATER, most: 1 }).isOurs).toBe(false);
});

it("A larger number takes effect at once", () => {
  const own = node("a");
  const turns = turnsOver(own, node("b", "Sent"), node("c", "Sent"));
  expect(turns.of(own, { since: LATER, most: 2 }).isOurs).toBe(false);
  expect(turns.of(own, { since: LATER, most: 3 }).isOurs).toBe(true);
});

it("What never worked goes at any time, and is in nobody's way; so does what is out already", () => {
  const fresh = storedManagedNode({ metadata: { name: "a", uid: "a" }, status: { externalId: "a" } });
  expect(turnsOver(fresh, node("b", "Sent")).of(fresh, { since: EARLIER, most: 1 }).isOurs).toBe(true);
  const own = node("b", "Sent");
  expect(turnsOver(own, node("c", "Sent")).of(own, { since: EARLIER, most: 1 }).isOurs).toBe(true);
});

it("A turn that was granted and is not stored yet is taken", () => {
  const [own, other] = [node("a"), node("b")];
  const turns = turnsOver(own, other);
  turns.grant(other);
  expect(turns.of(own, { since: EARLIER, most: 1 }).isOurs).toBe(false);
  turns.settle(other);
  expect(turns.of(own, { since: EARLIER, most: 1 }).isOurs).toBe(true);
});
