// Kubeconfig files under many hands.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeKubeconfig } from "./kubeconfig.ts";

it("is written whole by whoever writes last, though many write at once", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "yunfan-kubeconfig-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "kubeconfig");
  const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
  await Promise.all(texts.map((text) => writeKubeconfig(file, text)));
  expect(texts).toContain(await readFile(file, "utf8"));
  expect(await readdir(folder)).toEqual(["kubeconfig"]);
});
