// The store: what each source of objects may change, what handlers are told, and that nothing in it can be altered.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/types.ts";
import { keyOf, refOf, Store, type Change, type StoreOptions } from "./store.ts";

interface Widget extends KubeObject {
  spec: { colour: string };
}

interface Sketch {
  name?: string;
  namespace?: string | undefined;
  uid?: string;
  version: number;
  colour?: string;
}

function widget({ name = "a", namespace = "ns", uid = `uid-${name}`, version, colour = "red" }: Sketch): Widget {
  const metadata = {
    name,
    namespace,
    uid,
    resourceVersion: String(version),
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  return { apiVersion: "example.dev/v1", kind: "Widget", metadata, spec: { colour } };
}

function build(options: Partial<StoreOptions<Widget>> = {}) {
  const errors: unknown[] = [];
  const changes: string[] = [];
  const store = new Store<Widget>({
    indexes: { colour: ({ spec }) => [spec.colour] },
    onHandlerError: (error) => errors.push(error),
    ...options,
  });
  store.onChange((change) => changes.push(describeChange(change)));
  return { store, changes, errors, said: () => changes.splice(0) };
}

/** Such as "Updated ns/a 1 > 2". */
function describeChange({ type, initial, ...change }: Change<Widget>): string {
  const versions = [change.old, change.new].flatMap((object) => object?.metadata.resourceVersion ?? []);
  const object = change.new ?? change.old;
  return `${type} ${object && keyOf(object.metadata)} ${versions.join(" > ")}${initial ? " initially" : ""}`;
}

const list = (version: number, objects: Widget[], initial = false) => ({
  objects,
  resourceVersion: String(version),
  initial,
});

describe("keys", () => {
  it("leads from an object to its key and back", () => {
    expect(keyOf({ namespace: "ns", name: "a" })).toBe("ns/a");
    expect(refOf("ns/a")).toEqual({ namespace: "ns", name: "a" });
    expect(refOf(keyOf({ name: "a" }))).toEqual({ namespace: undefined, name: "a" });
  });
});

describe("Store: reading", () => {
  it("finds objects by key and by index, in their present version only", () => {
    const { store } = build();
    store.absorb(widget({ version: 1 }));
    store.absorb(widget({ name: "b", version: 2 }));
    store.absorb(widget({ version: 3, colour: "blue" }));
    expect(store.get("ns/a")?.spec.colour).toBe("blue");
    expect(store.get("ns/none")).toBeUndefined();
    expect(store.keys()).toEqual(["ns/a", "ns/b"]);
    expect(store.list()).toHaveLength(2);
    expect(store.byIndex("colour", "red").map(({ metadata }) => metadata.name)).toEqual(["b"]);
    expect(store.byIndex("colour", "blue")).toEqual([store.get("ns/a")]);
    expect(store.byIndex("colour", "green")).toEqual([]);
    expect(() => store.byIndex("size", "1")).toThrow("There is no index size");
  });

  it("R12: freezes objects deep and drops managedFields and kubectl's copy", () => {
    const { store } = build();
    const object = widget({ version: 1 });
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    Object.assign(object.metadata, { managedFields: [{ manager: "kubectl" }], annotations });
    store.absorb(object);
    const stored = store.get("ns/a");
    expect(stored).toEqual(widget({ version: 1 }));
    expect(stored?.metadata).not.toHaveProperty("managedFields");
    expect(() => Object.assign(stored?.spec ?? {}, { colour: "green" })).toThrow(TypeError);
    expect(Object.isFrozen(stored) && Object.isFrozen(stored?.metadata)).toBe(true);
  });

  it("keeps once what an object and the one before it have alike", () => {
    const { store } = build();
    store.replace(list(2, [widget({ version: 1 }), widget({ name: "b", version: 2 })]));
    store.absorb(widget({ name: "c", version: 3 }));
    const [a, b, c] = store.list();
    expect([b?.spec, c?.spec]).toEqual([a?.spec, a?.spec]);
    expect(b?.spec).toBe(a?.spec);
    expect(c?.spec).toBe(a?.spec);
  });

  it("holds nothing of the latest object once that is deleted", () => {
    const { store } = build();
    store.absorb(widget({ version: 1 }));
    const deleted = store.get("ns/a");
    store.remove(widget({ version: 2 }));
    store.absorb(widget({ name: "b", version: 3 }));
    expect(store.get("ns/b")?.spec).toEqual(deleted?.spec);
    expect(store.get("ns/b")?.spec).not.toBe(deleted?.spec);
  });

  it("takes what it gave out as kept for what it is", () => {
    const { store } = build();
    const kept = store.keep(widget({ version: 1 }));
    expect(store.size).toBe(0);
    store.replace(list(1, [kept]));
    expect(store.get("ns/a")).toBe(kept);
  });

  it("R12: keeps only what the transform leaves", () => {
    const { store } = build({ transform: (object) => ({ ...object, spec: { colour: "secret" } }) });
    store.absorb(widget({ version: 1 }));
    store.replace(list(2, [widget({ version: 2 })]));
    expect(store.get("ns/a")?.spec).toEqual({ colour: "secret" });
  });
});

describe("Store: watch events and own writes", () => {
  it("R15: an older or equal version changes nothing, whatever its source", () => {
    const { store, said } = build();
    store.absorb(widget({ version: 10 }));
    store.absorb(widget({ version: 9, colour: "old" }));
    store.absorb(widget({ version: 10, colour: "same" }));
    expect(store.get("ns/a")?.spec.colour).toBe("red");
    expect(said()).toEqual(["Added ns/a 10"]);
  });

  it("R15: a list from before our write takes nothing back", () => {
    const { store, said } = build();
    store.absorb(widget({ version: 1 }));
    store.absorb(widget({ version: 20, colour: "written" }));
    store.absorb(widget({ name: "created", version: 21 }));
    said();
    store.replace(list(15, [widget({ version: 1 })]));
    expect(store.get("ns/a")?.spec.colour).toBe("written");
    expect(store.keys()).toEqual(["ns/a", "ns/created"]);
    expect(said()).toEqual([]);
  });

  it("R15: the late answer to our write does not bring a deleted object back", () => {
    const { store, said } = build();
    store.absorb(widget({ version: 1 }));
    store.remove(widget({ version: 5 }));
    store.absorb(widget({ version: 4 }));
    store.absorb(widget({ version: 5 }));
    expect(store.list()).toEqual([]);
    store.absorb(widget({ uid: "another", version: 6 }));
    expect(said()).toEqual(["Added ns/a 1", "Deleted ns/a 1", "Added ns/a 6"]);
  });

  it("R15: an object that left the watched selection may come back into it", () => {
    const { store } = build();
    store.absorb(widget({ version: 1 }));
    store.remove(widget({ version: 2 }));
    store.absorb(widget({ version: 3 }));
    expect(store.keys()).toEqual(["ns/a"]);
  });

  it("R11: the late deletion of a former object of that name leaves the present one", () => {
    const { store, said } = build();
    store.absorb(widget({ uid: "new", version: 7 }));
    store.remove(widget({ uid: "old", version: 6 }));
    store.absorb(widget({ uid: "old", version: 5 }));
    expect(store.get("ns/a")?.metadata.uid).toBe("new");
    expect(said()).toEqual(["Added ns/a 7"]);
  });

  it("lets an unknown object be deleted", () => {
    const { store, said } = build();
    store.remove(widget({ version: 1 }));
    expect(said()).toEqual([]);
  });

  it("R15: never shows a version older than one it has shown of the same object", () => {
    const version = fc.nat(30);
    const event = fc.record({
      version,
      uid: fc.constantFrom("one", "two"),
      how: fc.constantFrom("absorb", "list", "gone"),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const { store } = build();
        const newest = new Map<string, number>();
        let wentBack = false;
        for (const { how, ...sketch } of events) {
          if (how === "absorb") store.absorb(widget(sketch));
          if (how === "list") store.replace(list(sketch.version, [widget(sketch)]));
          if (how === "gone") store.remove(widget(sketch));
          const shown = store.get("ns/a")?.metadata;
          if (shown === undefined) continue;
          wentBack ||= Number(shown.resourceVersion) < (newest.get(shown.uid) ?? 0);
          newest.set(shown.uid, Number(shown.resourceVersion));
        }
        expect(wentBack).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("Store: lists", () => {
  it("R11: delivers what was deleted, added and changed while away, in one step", () => {
    const { store, said } = build();
    store.replace(
      list(3, [widget({ version: 1 }), widget({ name: "b", version: 2 }), widget({ name: "c", version: 3 })], true),
    );
    expect(said()).toEqual(["Added ns/a 1 initially", "Added ns/b 2 initially", "Added ns/c 3 initially"]);
    const seen: string[][] = [];
    store.onChange(() => seen.push(store.keys()));

    store.replace(
      list(9, [
        widget({ name: "b", version: 2 }),
        widget({ name: "c", version: 8 }),
        widget({ name: "d", version: 9 }),
      ]),
    );

    expect(said()).toEqual(["Deleted ns/a 1", "Updated ns/b 2 > 2 initially", "Updated ns/c 3 > 8", "Added ns/d 9"]);
    expect(seen).toEqual(Array.from({ length: 4 }, () => ["ns/b", "ns/c", "ns/d"]));
    expect(store.byIndex("colour", "red")).toHaveLength(3);
  });

  it("R11: an object deleted and created again while away is Deleted, then Added", () => {
    const { store, said } = build();
    store.replace(list(1, [widget({ uid: "old", version: 1 })], true));
    said();
    store.replace(list(9, [widget({ uid: "new", version: 8 })]));
    store.absorb(widget({ uid: "old", version: 2 }));
    expect(said()).toEqual(["Deleted ns/a 1", "Added ns/a 8"]);
  });

  it("replaces one namespace without touching the others", () => {
    const { store } = build();
    store.absorb(widget({ version: 1, namespace: "one" }));
    store.absorb(widget({ version: 2, namespace: "two" }));
    store.replace({ ...list(9, []), namespace: "one" });
    expect(store.keys()).toEqual(["two/a"]);
  });
});

describe("Store: handlers", () => {
  it("R13: are told the old and the new object", () => {
    const { store } = build();
    const colours: (string | undefined)[][] = [];
    store.onChange((change) => colours.push([change.old?.spec.colour, change.new?.spec.colour]));
    store.absorb(widget({ version: 1, colour: "red" }));
    store.absorb(widget({ version: 2, colour: "blue" }));
    store.remove(widget({ version: 3, colour: "blue" }));
    expect(colours).toEqual([
      [undefined, "red"],
      ["red", "blue"],
      ["blue", undefined],
    ]);
  });

  it("R6: that throw are reported, and neither the store nor the other handlers suffer", () => {
    const broken = (): never => {
      throw new Error("no colour");
    };
    const { store, errors } = build({ indexes: { broken, colour: ({ spec }) => [spec.colour] } });
    const told: string[] = [];
    store.onChange(broken);
    store.onChange(({ type }) => told.push(type));
    store.absorb(widget({ version: 1 }));
    expect(store.byIndex("colour", "red")).toHaveLength(1);
    expect(told).toEqual(["Added"]);
    expect(errors).toMatchObject([{ message: "no colour" }, { message: "no colour" }]);
  });
});
