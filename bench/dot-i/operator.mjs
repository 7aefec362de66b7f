// Yunfan's RegistryProject job as somebody would write it on @dot-i/k8s-operator: finalizer, look, create, status. The cloud's
// client is Yunfan's own, so that only the runtime differs.
import OperatorModule from "@dot-i/k8s-operator";
import { openProjects } from "../ctyun-projects.ts";

const { default: Operator } = OperatorModule;
const [endpoint, accessKey, secretKey] = process.argv.slice(2);
const projects = openProjects(endpoint, { accessKey, secretKey });

class RegistryProjectOperator extends Operator {
  async init() {
    await this.watchResource("yunfan.dev", "v1alpha1", "registryprojects", (event) => this.#onEvent(event));
  }

  async #onEvent(event) {
    if (event.type === "DELETED" || event.object.status?.externalId) return;
    if (await this.handleResourceFinalizer(event, "yunfan.dev/finalizer", () => this.#delete(event))) return;
    const name = event.meta.name;
    const id = await projects.ensure(name);
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
    await projects.remove(event.object.status.externalId);
  }
}

const log = (text) => process.stderr.write(`${text}\n`);
await new RegistryProjectOperator({ debug: () => {}, info: () => {}, warn: log, error: log }).start();
process.stdout.write(`${JSON.stringify({ event: "ready" })}\n`);
