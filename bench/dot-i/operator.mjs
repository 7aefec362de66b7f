// Yunfan's RegistryProject job as somebody would write it on @dot-i/k8s-operator: finalizer, look, create, status. The cloud's
// client is Yunfan's own, so that only the runtime differs.
import OperatorModule from "@dot-i/k8s-operator";
import { ctyun } from "../../src/cloud/ctyun/index.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openFence } from "../../src/lib/fence.ts";
import { createLogger } from "../../src/lib/log.ts";

const { default: Operator } = OperatorModule;
const [endpoint, accessKey, secretKey] = process.argv.slice(2);
const session = ctyun.open(
  { account: "bench/ctyun", endpoint, tls: { mode: "Plaintext" }, requestBudget: {}, providerOptions: {} },
  { accessKey, secretKey },
  { clock: systemClock, log: createLogger({ level: "silent" }), fence: openFence, userAgent: "dot-i" },
);
const never = new AbortController().signal;

class RegistryProjectOperator extends Operator {
  async init() {
    await this.watchResource("yunfan.dev", "v1alpha1", "registryprojects", (event) => this.#onEvent(event));
  }

  async #onEvent(event) {
    if (event.type === "DELETED" || event.object.status?.externalId) return;
    if (await this.handleResourceFinalizer(event, "yunfan.dev/finalizer", () => this.#delete(event))) return;
    const name = event.meta.name;
    const { projects } = await session.registry.listProjects(never);
    let id = projects.find((project) => project.name === name)?.id;
    id ??= (await session.registry.createProject({ name, visibility: "Private", nonce: name }, never)).id;
    const condition = { type: "Ready", status: "True", reason: "Available", message: `Project ${id} is as declared` };
    const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
    const observedGeneration = event.object.metadata.generation;
    await this.patchResourceStatus(event.meta, {
      externalId: id,
      observedGeneration,
      conditions: [{ ...condition, observedGeneration, lastTransitionTime }],
    });
  }

  async #delete(event) {
    await session.registry.deleteProject(event.object.status.externalId, never);
  }
}

const log = (text) => process.stderr.write(`${text}\n`);
await new RegistryProjectOperator({ debug: () => {}, info: () => {}, warn: log, error: log }).start();
process.stdout.write(`${JSON.stringify({ event: "ready" })}\n`);
