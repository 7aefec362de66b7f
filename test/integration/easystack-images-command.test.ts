// `yunfan registry`: the images of a workspace on EasyStack ECNS are listed, and one is uploaded from an archive, with the caller's rights.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { projectManifest } from "../support/environment/environment.ts";
import { programFile } from "../support/operator/command.ts";
import {
  createEasyStackStand,
  LOGIN,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 60_000 });

const run = promisify(execFile);

let stand: EasyStackStand;
let cloud: EasyStackSimulator;
let directory: string;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-images-command");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  cloud = await stand.cloud("easystack");
  directory = await mkdtemp(path.join(tmpdir(), "yunfan-images-"));
  await stand.apply(projectManifest("team", { accountRef: { name: "easystack" } }));
  await stand.reaches("registryproject/team", "Available");
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await stand[Symbol.asyncDispose]();
});

/** Resolves with what it printed; rejects with what it said. */
async function registry(...args: readonly string[]): Promise<string> {
  const place = ["-n", stand.namespace, "--kubeconfig", stand.kubeconfig];
  const { stdout, stderr } = await run(process.execPath, [programFile(), "registry", ...args, ...place]);
  return `${stdout}${stderr}`;
}

/** More than a pipe holds at once. */
async function archive(name: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, Buffer.alloc(3_000_000, name));
  return file;
}

describe("yunfan registry", () => {
  it("uploads an archive, and lists it (calls 33, 34, 35)", async ({ expect }) => {
    const file = await archive("web.tar");
    expect(await registry("upload", "team", file, "--image", "shop/web", "--tag", "v1")).toContain(
      "web.tar is in project team",
    );
    expect(await cloud.list("images")).toMatchObject([
      { repository: "team/shop/web", tag: "v1", sizeBytes: 3_000_000 },
    ]);
    const table = await registry("images", "team");
    expect(table.split("\n")[0]).toMatch(/^IMAGE +TAG +MIB +PULLS +CREATED$/);
    expect(table.split("\n")[1]).toMatch(/^shop\/web +v1 +2\.9 +0 +\S+$/);
    expect(JSON.parse(await registry("images", "team", "-o", "json"))).toMatchObject([
      { image: "shop/web", sizeBytes: 3_000_000, pulls: 0, tags: [{ name: "v1", sizeBytes: 3_000_000 }] },
    ]);
  });

  it("says what is wrong in one line, and no secret", async ({ expect }) => {
    await expect(registry("images", "nowhere")).rejects.toThrow(/error: .*nowhere.*not found/);
    await expect(registry("upload", "team", path.join(directory, "none.tar"))).rejects.toThrow(/error: ENOENT/);
    await cloud.behindOurBack("PATCH", "users/operator", { password: "Another-password-2" });
    const said: unknown = await registry("images", "team").catch((error: unknown) => error);
    expect(String(said)).toMatch(/error: .*(401|Unauthorized)/);
    expect(String(said)).not.toContain(LOGIN.password);
  });
});
