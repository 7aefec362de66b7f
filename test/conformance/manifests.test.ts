// What every channel of objects keeps to, driven by what it says it can: by kubeconfig, through CCE's gateway, through CTYUN's wrapped
// paths, through EasyStack's YAML calls, each in front of the same real API server.
import { describe, expect, test } from "vitest";
import { ctyun } from "../../src/cloud/ctyun/index.ts";
import { easystack } from "../../src/cloud/easystack/index.ts";
import type { ChannelTelling, KindAbility, LiveObject, Manifest } from "../../src/cloud/facets/manifests.ts";
import { huawei } from "../../src/cloud/huawei/index.ts";
import { MARKS } from "../../src/cloud/manifests/marks.ts";
import { grantWrite } from "../../src/cloud/permit.ts";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { STRANGERS } from "../support/clouds/strangers.ts";
import { CHANNELS, type Subject } from "./channels.ts";
import { failureOf, needed } from "./suite.ts";

/** Of channels of clouds. */
const TELLINGS: Readonly<Record<string, ChannelTelling | undefined>> = {
  "gateway of HuaweiCCE": huawei.manifestsTell,
  CtyunCCI: ctyun.manifestsTell,
  "YAML of EasyStackECNS": easystack.manifestsTell,
};

const never = new AbortController().signal;
const permit = grantWrite(never);

function subject(name: string): Promise<Subject> {
  return needed(CHANNELS[name], name)();
}

async function kindOf(
  { channel }: Subject,
  { apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">,
): Promise<KindAbility> {
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return needed(await channel.kindOf({ group, version, kind }, never), kind);
}

function keyOf({ kind, metadata: { name, namespace = "" } }: Manifest, { group }: KindAbility) {
  return { group, kind, namespace, name };
}

function config(
  namespace: string,
  data: Record<string, string> = { level: "info" },
  labels = { [MARKS.set]: "of-nobody" },
): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace, labels }, data };
}

/** One of each kind that all channels take. */
function oneOfEach(namespace: string): readonly Manifest[] {
  const labels = { [MARKS.set]: "of-nobody" };
  const metadata = { name: "web", namespace, labels };
  const containers = [{ name: "web", image: "nginx" }];
  const template = { metadata: { labels: { app: "web" } }, spec: { containers } };
  const selector = { matchLabels: { app: "web" } };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { level: "info" } },
    { apiVersion: "v1", kind: "Secret", metadata, data: { password: "c2VjcmV0" }, type: "Opaque" },
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }] } },
    { apiVersion: "v1", kind: "Pod", metadata, spec: { containers } },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector, template } },
  ];
}

describe.each(Object.keys(CHANNELS))("the channel %s", (name) => {
  test("makes objects of each kind, and shows them by name and in lists as far as it has any", async () => {
    const its = await subject(name);
    for (const manifest of oneOfEach(its.namespace)) {
      const kind = await kindOf(its, manifest);
      const made = await its.channel.create(kind, manifest, permit);
      expect(made).toMatchObject({ kind: manifest.kind, apiVersion: kind.apiVersion });
      expect(made.metadata.labels).toHaveProperty([MARKS.set]);
      const read = await its.channel.read(kind, keyOf(manifest, kind), never);
      expect(read).toMatchObject({ metadata: { uid: made.metadata.uid } });
      if (kind.list !== "Objects") continue;
      const listed = await its.channel.list(kind, its.namespace, never);
      expect(listed.map(({ metadata }) => metadata.uid)).toContain(made.metadata.uid);
    }
  });

  test("never merges with what has the name, whoever made it", async () => {
    const its = await subject(name);
    const kind = await kindOf(its, config(its.namespace));
    const made = await its.channel.create(kind, config(its.namespace), permit);
    const error = await failureOf(its.channel.create(kind, config(its.namespace, { level: "debug" }), permit));
    expect(error.kind).toBe("AlreadyExists");
    expect(await its.channel.read(kind, keyOf(made, kind), never)).toMatchObject({ data: { level: "info" } });
  });

  test("tells that there is none, that there is no namespace, and that there is no such kind, apart", async () => {
    const its = await subject(name);
    const kind = await kindOf(its, config(its.namespace));
    const absent = { group: "", kind: "ConfigMap", namespace: its.namespace, name: "nowhere" };
    expect(await its.channel.read(kind, absent, never)).toBe("Absent");
    const error = await failureOf(its.channel.create(kind, config("channel-nowhere"), permit));
    expect([error.kind, error.codes]).toEqual(["NotFound", ["NamespaceNotFound"]]);
    const wanted = { group: "nobody.example.com", version: "v1", kind: "Widget" };
    expect(await its.channel.kindOf(wanted, never)).toBeUndefined();
  });

  test("takes nobody's word for an absence but Kubernetes' own, of an object, of its kind, and of a deletion", async () => {
    const its = await subject(name);
    const manifest = config(its.namespace);
    const kind = await kindOf(its, manifest);
    const made = await its.channel.create(kind, manifest, permit);
    const deployment = { group: "apps", version: undefined, kind: "Deployment" };
    for (const [whose, answer] of Object.entries(STRANGERS)) {
      its.between.standIn = answer;
      const read = await its.channel.read(kind, keyOf(made, kind), never).catch((error: unknown) => error);
      expect(read, `read, answered ${whose} 404 or 410`).toMatchObject({ name: "CloudError" });
      const found = await its.channel.kindOf(deployment, never).catch((error: unknown) => error);
      expect(found, `kind, answered ${whose} 404 or 410`).toBeDefined();
      const { kind: outcome } = await failureOf(its.channel.remove(kind, made, permit));
      expect(outcome, `removal, answered ${whose} 404 or 410`).not.toBe("NotFound");
    }
    its.between.standIn = undefined;
    expect(await its.channel.kindOf(deployment, never)).toMatchObject({ kind: "Deployment" });
    expect(await its.channel.read(kind, keyOf(made, kind), never)).toMatchObject({
      metadata: { uid: made.metadata.uid },
    });
  });

  test("changes the one that was seen, in the version that was seen, and no other", async () => {
    const its = await subject(name);
    const kind = await kindOf(its, config(its.namespace));
    const made = await its.channel.create(kind, config(its.namespace), permit);
    const change = (live: LiveObject, level: string) => {
      const declared = config(its.namespace, { level });
      const merged = { ...live, data: { level } };
      return { live, declared, merged, patch: { data: { level } }, isForVersion: true };
    };
    const changed = await its.channel.change(kind, change(made, "warn"), permit);
    expect(changed).toMatchObject({ data: { level: "warn" }, metadata: { uid: made.metadata.uid } });
    const stale = await failureOf(its.channel.change(kind, change(made, "debug"), permit));
    expect(stale.kind).toBe("Conflict");
    const another = { ...changed, metadata: { ...changed.metadata, uid: "11111111-2222-3333-4444-555555555555" } };
    const foreign = await failureOf(its.channel.change(kind, change(another, "debug"), permit));
    expect(foreign.kind).toBe("Conflict");
    expect(await its.channel.read(kind, keyOf(made, kind), never)).toMatchObject({ data: { level: "warn" } });
  });

  test("names the field that is refused, without its value", async () => {
    const its = await subject(name);
    const metadata = { name: "web", namespace: its.namespace };
    const ports = [{ port: 80, name: "Not_A_Port" }];
    const service = { apiVersion: "v1", kind: "Service", metadata, spec: { ports } };
    const error = await failureOf(its.channel.create(await kindOf(its, service), service, permit));
    expect(error.kind).toBe("Rejected");
    expect(error.causes.map(({ field }) => field)).toContain("spec.ports[0].name");
    expect(error.message).not.toContain("Not_A_Port");
  });

  test("shows nothing of what a refused Secret holds", async () => {
    const its = await subject(name);
    const metadata = { name: "Not_A_Name", namespace: its.namespace };
    const secret = { apiVersion: "v1", kind: "Secret", metadata, data: { "very secret": "dmVyeS1zZWNyZXQ=" } };
    const error = await failureOf(its.channel.create(await kindOf(its, secret), secret, permit));
    expect(error.kind).toBe("Rejected");
    expect(JSON.stringify([error.message, error.causes])).not.toMatch(/dmVyeS1zZWNyZXQ|very-secret/);
  });

  test("removes the one that was seen and no other, and says that it is gone", async () => {
    const its = await subject(name);
    const kind = await kindOf(its, config(its.namespace));
    const made = await its.channel.create(kind, config(its.namespace), permit);
    const another = { ...made, metadata: { ...made.metadata, uid: "11111111-2222-3333-4444-555555555555" } };
    expect((await failureOf(its.channel.remove(kind, another, permit))).kind).toBe("Conflict");
    await its.channel.remove(kind, made, permit);
    await expect.poll(() => its.channel.read(kind, keyOf(made, kind), never), { timeout: 10_000 }).toBe("Absent");
    expect((await failureOf(its.channel.remove(kind, made, permit))).kind).toBe("NotFound");
  });

  test("tells of what its cloud says that it does, and of nothing else", async () => {
    const { channel } = await subject(name);
    const tells = TELLINGS[name];
    if (!tells) return;
    expect({ events: channel.events !== undefined, usage: channel.usage !== undefined }).toEqual({
      events: tells.events,
      usage: tells.usage,
    });
    expect(channel.changes !== undefined).toBe(tells.changes !== "None");
  });

  test("tells the events of a namespace, of what and why", async () => {
    const its = await subject(name);
    if (!its.channel.events) return;
    const { kubectl } = sharedControlPlane();
    // Where a cloud shows events pod by pod, the pod has to be there.
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: its.real },
      spec: { containers: [{ name: "main", image: "nginx:1.27" }] },
    };
    await kubectlOk(kubectl, ["apply", "-f", "-"], JSON.stringify(pod));
    const uid = await kubectlOk(kubectl, ["get", "pod", "web", "-n", its.real, "-o", "jsonpath={.metadata.uid}"]);
    const about = { apiVersion: "v1", kind: "Pod", namespace: its.real, name: "web", uid };
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "web.1", namespace: its.real },
      involvedObject: about,
      type: "Warning",
      reason: "Failed",
      message: "Failed to pull image",
    };
    await kubectlOk(kubectl, ["apply", "-f", "-"], JSON.stringify(event));
    const asked = [{ group: "", kind: "Pod", namespace: its.namespace, name: "web", uid }];
    expect(await its.channel.events(its.namespace, never, asked)).toContainEqual(
      expect.objectContaining({ type: "Warning", reason: "Failed", about: expect.objectContaining({ name: "web" }) }),
    );
  });
});
