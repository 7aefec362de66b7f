// kube-controller-manager beside a control plane: it does its work, its death is told, and it does not outlive the rest.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllers: ["namespaces", "garbage"], log: () => undefined });
}, 120_000);
afterAll(() => controlPlane.stop());

const isRunning = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid!, 0);
  } catch {
    return false;
  }
};

test("A namespace that is deleted ends, with what was in it", async () => {
  const { kubectl } = controlPlane;
  expect(await kubectl(["create", "namespace", "passing"])).toMatchObject({ code: 0 });
  expect(await kubectl(["create", "configmap", "content", "-n", "passing"])).toMatchObject({ code: 0 });
  expect(await kubectl(["delete", "namespace", "passing"])).toMatchObject({ code: 0 });
  expect((await kubectl(["get", "namespace", "passing"])).stderr).toContain("NotFound");
}, 90_000);

test("It is killed on stop, as the others are", async () => {
  const { controllerManager } = controlPlane.pids;
  expect(isRunning(controllerManager)).toBe(true);
  await controlPlane.stop();
  expect(isRunning(controllerManager)).toBe(false);
  expect(await controlPlane.ended).toBeUndefined();
});

test("Without being asked for there is none, and one that dies ends the control plane with its last words", async () => {
  controlPlane = await startControlPlane({ log: () => undefined });
  expect(controlPlane.pids.controllerManager).toBeUndefined();
  await controlPlane.stop();
  controlPlane = await startControlPlane({ controllers: ["namespaces", "garbage"], log: () => undefined });
  process.kill(controlPlane.pids.controllerManager!, "SIGKILL");
  expect((await controlPlane.ended)?.message).toMatch(/^kube-controller-manager ended with SIGKILL/);
}, 90_000);
