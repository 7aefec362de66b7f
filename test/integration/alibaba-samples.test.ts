// The samples for Alibaba Cloud ACK, applied as they stand but for the account's address and keys: in today's dialect all but the dedicated
// cluster, in the reference's all of them.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createAlibabaStand, type AlibabaStand, type Dialect } from "../support/clouds/alibaba/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { CREDENTIALS } from "../support/clouds/simulator.ts";

const DIRECTORY = path.resolve(import.meta.dirname, "../../manifests/samples/alibaba");

interface Sample {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly existingServers?: { readonly ids: readonly string[] } } & Readonly<Record<string, object>>;
}

async function samplesOf(dialect: Dialect): Promise<readonly Sample[]> {
  const files = (await readdir(DIRECTORY)).filter((file) => dialect === "Reference" || !file.includes("dedicated"));
  const texts = await Promise.all(files.map((file) => readFile(path.join(DIRECTORY, file), "utf8")));
  return texts.map((text) => parse(text) as Sample);
}

describe.each<Dialect>(["V2026", "Reference"])("in dialect %s", (dialect) => {
  let stand: AlibabaStand;

  beforeAll(async () => {
    stand = await createAlibabaStand(`ack-samples-${dialect.toLowerCase()}`, { dialect });
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it("all become as declared", async () => {
    const samples = await samplesOf(dialect);
    const ids = samples.flatMap(({ spec }) => spec?.existingServers?.ids ?? []);
    for (const id of ids) await stand.simulator.behindOurBack("POST", "servers", { id, name: id });
    const { url } = stand.simulator;
    const budget = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
    const reached = { endpoint: url, tls: { mode: "Plaintext" }, alibaba: { dialect }, requestBudget: budget };
    const applied = samples.map((sample) => {
      if (sample.kind === "Secret") return { ...sample, stringData: { ...CREDENTIALS } };
      return sample.kind === "CloudAccount" ? { ...sample, spec: { ...sample.spec, ...reached } } : sample;
    });
    await stand.apply(...applied);
    const resources = samples.filter(({ kind }) => kind === "ManagedCluster" || kind === "NodePool");
    expect(resources).toHaveLength(dialect === "V2026" ? 5 : 6);
    for (const { kind, metadata } of resources) {
      await stand.reaches(`${kind.toLowerCase()}/${metadata.name}`, "Available");
    }
    const { servers } = (await stand.simulator.state()) as { servers: { id: string; imaged: number }[] };
    expect(servers.filter(({ id }) => ids.includes(id))).toMatchObject([{ imaged: 1 }]);
    expect((await stand.read("managedcluster/factory"))!.status).toMatchObject({
      attachScriptSecret: "factory-attach-script",
    });
  }, 120_000);

  itStaysClean(() => stand);
});
