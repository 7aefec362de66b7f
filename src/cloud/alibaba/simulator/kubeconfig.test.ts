// The caller's kubeconfig (2.5) and certificates (2.8): addresses, lives, renewal, and what a file makes every cluster serve.
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { AckClient } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";

const DAY = 1_440 * MINUTE;

interface Kubeconfig {
  "current-context": string;
  clusters: [{ name: string; cluster: Record<string, string> }];
  contexts: [{ name: string; context: Record<string, string> }];
  users: [{ name: string; user: Record<string, string> }];
}

interface Answer {
  config: string;
  expiration: string;
}

const read = (client: AckClient, id: string, query = "") => client.get<Answer>(`/k8s/${id}/user_config${query}`);
const serverOf = ({ config }: Answer) => (parse(config) as Kubeconfig).clusters[0].cluster["server"];

function certificateOf(config: string): X509Certificate {
  const { users } = parse(config) as Kubeconfig;
  return new X509Certificate(Buffer.from(users[0].user["client-certificate-data"] ?? "", "base64"));
}

describe("a kubeconfig", () => {
  test.each(["V2026", "Reference"] as const)(
    "is whole, with a real client certificate of three years, in %s",
    async (dialect) => {
      const { client } = await startBed({ dialect });
      const id = await client.running("c", { publicAccess: true });
      const answer = await read(client, id);
      const config = parse(answer.config) as Kubeconfig;
      expect(config).toMatchObject({
        kind: "Config",
        "current-context": `kubernetes-admin-${id}`,
        clusters: [{ name: "kubernetes", cluster: { "certificate-authority-data": expect.any(String) } }],
        contexts: [{ name: `kubernetes-admin-${id}`, context: { cluster: "kubernetes", user: "kubernetes-admin" } }],
        users: [{ user: { "client-key-data": expect.any(String) } }],
      });
      const { validTo } = certificateOf(answer.config);
      expect([answer.expiration, new Date(validTo).toISOString()]).toEqual([
        "2029-01-01T03:04:05Z",
        "2029-01-01T03:04:05.000Z",
      ]);
      expect(await read(client, id)).toEqual(answer);
    },
  );

  test("has the address that is asked for", async () => {
    const { client } = await startBed();
    const id = await client.running("c", { publicAccess: true });
    const urls = JSON.parse(String((await client.get(`/clusters/${id}`))["master_url"])) as Record<string, string>;
    expect(serverOf(await read(client, id))).toBe(urls["api_server_endpoint"]);
    expect(serverOf(await read(client, id, "?PrivateIpAddress=true"))).toBe(urls["intranet_api_server_endpoint"]);
    expect(serverOf(await read(client, id, "?PrivateIpAddress=false"))).toBe(urls["api_server_endpoint"]);
  });

  test("of a cluster without a public address has the private one, or is refused where the switch says so", async () => {
    const { client } = await startBed();
    const id = await client.running();
    for (const query of ["", "?PrivateIpAddress=true"]) {
      expect(serverOf(await read(client, id, query))).toMatch(/^https:\/\/192\.168\./);
    }
    const { client: strict } = await startBed({ privateOnly: "Refuse" });
    const other = await strict.running();
    expect(serverOf(await read(strict, other, "?PrivateIpAddress=true"))).toMatch(/^https:\/\/192\.168\./);
    expect(await strict.refusal("GET", `/k8s/${other}/user_config`)).toEqual([400, "InvalidParameter"]);
  });

  test("for a while ends when it was asked to, and is another one each time", async () => {
    const { client } = await startBed();
    const id = await client.running();
    const query = "?TemporaryDurationMinutes=60";
    const [first, second] = [await read(client, id, query), await read(client, id, query)];
    expect([first.expiration, certificateOf(first.config).validTo]).toEqual([
      "2026-01-02T04:04:05Z",
      "Jan  2 04:04:05 2026 GMT",
    ]);
    expect(second.config).not.toBe(first.config);
    for (const minutes of ["14", "4321", "x", "15.5", "-60"]) {
      expect(await client.refusal("GET", `/k8s/${id}/user_config?TemporaryDurationMinutes=${minutes}`)).toEqual([
        400,
        "InvalidParameter",
      ]);
    }
    expect((await client.log()).some(({ effect }) => effect)).toBe(false);
  });

  test("comes fresh in the last 180 days of its life, and not before", async () => {
    const { client, clock } = await startBed();
    const id = await client.running();
    const first = await read(client, id);
    clock.advance((1_095 - 181) * DAY);
    expect(await read(client, id)).toEqual(first);
    clock.advance(2 * DAY);
    const fresh = await read(client, id);
    expect(fresh.expiration).toBe("2031-07-06T03:04:05Z");
    expect(await read(client, id)).toEqual(fresh);
  });

  test("of a short life comes fresh when half of it is over", async () => {
    const { client, clock } = await startBed({ certificateDays: 20 });
    const id = await client.running();
    const first = await read(client, id);
    expect(first.expiration).toBe("2026-01-22T03:04:05Z");
    clock.advance(9 * DAY);
    expect(await read(client, id)).toEqual(first);
    clock.advance(2 * DAY);
    expect((await read(client, id)).expiration).toBe("2026-02-02T03:04:05Z");
  });

  test("ends when a colleague says so, and then comes fresh as one of a short life", async () => {
    const { client, clock } = await startBed();
    const id = await client.running();
    await client.colleague("PATCH", `clusters/${id}`, { certificateNotAfter: "2026-01-12T03:04:05Z" });
    expect((await read(client, id)).expiration).toBe("2026-01-12T03:04:05Z");
    clock.advance(6 * DAY);
    expect((await read(client, id)).expiration).toBe("2029-01-07T03:04:05Z");
  });

  test("is not for a cluster that there is not", async () => {
    const { client } = await startBed();
    expect(await client.refusal("GET", "/k8s/none/user_config")).toEqual([404, "ErrorClusterNotFound"]);
  });
});

describe("certificates (2.8)", () => {
  test.each([
    ["Config", ["config"]],
    ["Pems", ["ca", "cert", "key"]],
  ] as const)(
    "are answered as %s where the switch says so, of the same certificate as the kubeconfig",
    async (certsAnswer, members) => {
      const { client } = await startReferenceBed({ certsAnswer });
      const id = await client.running();
      const certs = await client.get<Record<string, string>>(`/clusters/${id}/certs`);
      expect(Object.keys(certs).sort()).toEqual(members);
      const known = certificateOf((await read(client, id)).config);
      const shown =
        certsAnswer === "Config" ? certificateOf(certs["config"] ?? "") : new X509Certificate(certs["cert"] ?? "");
      expect(shown.fingerprint256).toBe(known.fingerprint256);
    },
  );

  test("are no call of today", async () => {
    const { client } = await startBed();
    expect(await client.refusal("GET", `/clusters/${await client.running()}/certs`)).toEqual([
      404,
      "InvalidApi.NotFound",
    ]);
  });
});

describe("a kubeconfig from a file", () => {
  const FILE_ENDS = "2029-01-01T03:04:05Z";

  async function startServed(options: Parameters<typeof startBed>[0] = {}) {
    const { client: maker } = await startBed();
    const { config } = await read(maker, await maker.running());
    const { users, clusters } = parse(config) as Kubeconfig;
    const kubeconfig = {
      server: "https://127.0.0.1:6443",
      certificateAuthorityData: clusters[0].cluster["certificate-authority-data"] ?? "",
      clientCertificateData: users[0].user["client-certificate-data"] ?? "",
      clientKeyData: users[0].user["client-key-data"] ?? "",
    };
    const bed = await startBed({ kubeconfig, ...options });
    const id = await bed.client.running("c", { publicAccess: true });
    return { ...bed, id, server: kubeconfig.server, fingerprint: certificateOf(config).fingerprint256 };
  }

  test("is what every cluster serves, at every address", async () => {
    const { client, id, server, fingerprint } = await startServed();
    const urls = JSON.parse(String((await client.get(`/clusters/${id}`))["master_url"])) as object;
    expect(urls).toEqual({ api_server_endpoint: server, intranet_api_server_endpoint: server });
    for (const [query, end] of [
      ["", FILE_ENDS],
      ["?PrivateIpAddress=true", FILE_ENDS],
      ["?TemporaryDurationMinutes=15", "2026-01-02T03:19:05Z"],
    ] as const) {
      const answer = await read(client, id, query);
      expect([serverOf(answer), answer.expiration]).toEqual([server, end]);
      expect(certificateOf(answer.config).fingerprint256).toBe(fingerprint);
    }
  });

  test("ends when the flag says so, and is then as good as new", async () => {
    const { client, clock, id, fingerprint } = await startServed({ certificateDays: 20.000_000_01 });
    expect((await read(client, id)).expiration).toBe("2026-01-22T03:04:05Z");
    clock.advance(11 * DAY);
    const fresh = await read(client, id);
    expect([fresh.expiration, certificateOf(fresh.config).fingerprint256]).toEqual([
      "2026-02-02T03:04:05Z",
      fingerprint,
    ]);
  });

  test("gives way to a certificate that ends when a colleague says so", async () => {
    const { client, id, server, fingerprint } = await startServed();
    await client.colleague("PATCH", `clusters/${id}`, { certificateNotAfter: "2026-01-12T03:04:05Z" });
    const answer = await read(client, id);
    expect([serverOf(answer), answer.expiration]).toEqual([server, "2026-01-12T03:04:05Z"]);
    expect(certificateOf(answer.config)).toMatchObject({ validTo: "Jan 12 03:04:05 2026 GMT" });
    expect(certificateOf(answer.config).fingerprint256).not.toBe(fingerprint);
  });
});
