// A namespace of EasyStack ECNS under kills of the operator, at each of its writes.
import { describe, it, vi } from "vitest";
import {
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  namespaceManifest,
  USER_ID,
} from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 240_000 });

const ref = (name: string): string => `managednamespace/${name}`;

describe("under kills", () => {
  it("a namespace is made once, as declared, changed and deleted, whichever of its writes the operator dies at", async ({
    expect,
  }) => {
    const killed = await createEasyStackStand("easystack-namespace-kills");
    try {
      const faulty = await killed.anotherSimulator({ deletes: "NotFound" });
      const name = "n-1";
      const found = async () => (await faulty.list("namespaces")).filter((one) => one.name === name);
      /** An operator that dies while that write has been done and not been answered. */
      const dieAt = async (method: string, path: string, isDone: () => Promise<boolean>): Promise<void> => {
        await faulty.setFaults([{ method, path, action: "Hold" }]);
        const operator = killed.operator({ flags: ["--no-leader-elect"] });
        await operator.ready;
        await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
        await operator[Symbol.asyncDispose]();
        await faulty.release();
        await faulty.setFaults([]);
      };
      const users = { access: "ListedUsers", users: ["u-dev"] };
      await killed.apply(
        ...easystackAccountManifests(faulty, {}),
        clusterManifest("eks-1"),
        namespaceManifest(name, { quota: { pods: 4 }, easystack: users }),
      );
      await dieAt("POST", "/namespace/", async () => (await found()).length === 1);
      const second = killed.operator({ flags: ["--no-leader-elect"] });
      await killed.reaches(ref(name), "Available");
      await second[Symbol.asyncDispose]();
      await killed.edit(ref(name), { spec: { quota: { pods: 6 } } });
      await dieAt("PATCH", "/quota/", async () => (await faulty.requests()).some(({ method }) => method === "PATCH"));
      const third = killed.operator({ flags: ["--no-leader-elect"] });
      await killed.reaches(ref(name), "Available");
      await third[Symbol.asyncDispose]();
      expect(await found()).toMatchObject([{ quota: { pods: 6 }, users: [USER_ID, "u-dev"].toSorted() }]);
      await killed.remove(ref(name));
      await dieAt("DELETE", "/ns/", async () => (await found())[0]?.["cloudPhase"] !== "Active");
      const last = killed.operator({ flags: ["--no-leader-elect"] });
      await killed.gone(ref(name));
      await last[Symbol.asyncDispose]();
      expect(await found()).toEqual([]);
      const posts = (await faulty.effects()).filter(
        ({ method, path }) => method === "POST" && path.endsWith("/namespace/"),
      );
      expect(posts).toHaveLength(1);
    } finally {
      await killed[Symbol.asyncDispose]();
    }
  });
});
