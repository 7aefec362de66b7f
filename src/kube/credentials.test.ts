import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/clock/fake-clock.ts";
import { kubeConfigOf } from "../../test/support/apiserver/transports.ts";
import { createLogger } from "../lib/log.ts";
import { CredentialSource } from "./credentials.ts";

const server = "https://127.0.0.1:1";
const log = createLogger({ level: "silent" });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

let directory: string;
let clock: FakeClock;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "yunfan-credentials-"));
  clock = new FakeClock();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function put(name: string, content: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, content);
  return file;
}

function sourceOf(...config: Parameters<typeof kubeConfigOf>): CredentialSource {
  return new CredentialSource({ kubeConfig: kubeConfigOf(...config), clock, log });
}

describe("CredentialSource", () => {
  it("gives what stands in the kubeconfig", async () => {
    const caData = base64("CA");
    const user = { certData: base64("CERT"), keyData: base64("KEY"), impersonateUser: "somebody" };
    const source = sourceOf({ server, caData, tlsServerName: "kubernetes" }, user);
    const { headers, tls } = await source.current();
    expect(headers).toEqual({ "impersonate-user": "somebody" });
    expect(tls).toEqual({
      ca: Buffer.from("CA"),
      cert: Buffer.from("CERT"),
      key: Buffer.from("KEY"),
      servername: "kubernetes",
    });
  });

  it.each([
    ["a token", { token: "t" }, "Bearer t"],
    ["a password", { username: "u", password: "p" }, `Basic ${base64("u:p")}`],
  ])("lets in by %s, over plain http as well", async (_, user, authorization) => {
    const { headers } = await sourceOf({ server: "http://127.0.0.1:1" }, user).current();
    expect(headers).toEqual({ authorization });
  });

  it("switches verification off only where the kubeconfig says so", async () => {
    expect((await sourceOf({ server, skipTLSVerify: true }).current()).tls).toEqual({ rejectUnauthorized: false });
    expect((await sourceOf({ server }).current()).tls).toEqual({});
  });

  it("R18: a token file is read again when it changed, within 5 s", async () => {
    const tokenFile = await put("token", "first\n");
    const source = sourceOf({ server }, { authProvider: { name: "tokenFile", config: { tokenFile } } });
    expect((await source.current()).headers).toEqual({ authorization: "Bearer first" });
    await put("token", "second\n");
    await clock.advance(4999);
    expect((await source.current()).headers).toEqual({ authorization: "Bearer first" });
    await clock.advance(1);
    expect((await source.current()).headers).toEqual({ authorization: "Bearer second" });
  });

  it("R18: credentials that the server refused are read again at once", async () => {
    const tokenFile = await put("token", "first");
    const source = sourceOf({ server }, { authProvider: { name: "tokenFile", config: { tokenFile } } });
    await source.current();
    await put("token", "second");
    source.expire();
    expect((await source.current()).headers).toEqual({ authorization: "Bearer second" });
  });

  it("R18: TLS settings are another object only when a file's content changed", async () => {
    const source = sourceOf({ server, caFile: await put("ca", "first") });
    const { tls } = await source.current();
    await put("ca", "first");
    await clock.advance(5000);
    expect((await source.current()).tls).toBe(tls);
    await put("ca", "second");
    await clock.advance(5000);
    expect((await source.current()).tls).toEqual({ ca: Buffer.from("second") });
  });

  it("goes on with the last credentials while a file is missing", async () => {
    const source = sourceOf({ server, caFile: await put("ca", "first") });
    const { tls } = await source.current();
    await rm(path.join(directory, "ca"));
    await clock.advance(5000);
    expect((await source.current()).tls).toBe(tls);
  });

  it("rejects where there never were any, and tries again next time", async () => {
    const source = sourceOf({ server, caFile: path.join(directory, "ca") });
    await expect(source.current()).rejects.toThrow("ENOENT");
    await put("ca", "first");
    expect((await source.current()).tls).toEqual({ ca: Buffer.from("first") });
  });

  it("runs an exec plug-in once for requests at the same time", async () => {
    const status = { token: "from-plugin", clientCertificateData: "CERT", clientKeyData: "KEY" };
    const script = `echo run >> '${directory}/runs'; echo '${JSON.stringify({ kind: "ExecCredential", status })}'`;
    const command = await put("plugin", `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o700);
    const source = sourceOf({ server }, { exec: { command } });
    const [one, two] = await Promise.all([source.current(), source.current()]);
    expect(one).toBe(two);
    expect(one.headers).toEqual({ authorization: "Bearer from-plugin" });
    expect(one.tls).toEqual({ cert: "CERT", key: "KEY" });
    expect(await readFile(`${directory}/runs`, "utf8")).toBe("run\n");
  });

  it("says so where the kubeconfig has no current cluster", () => {
    const kubeConfig = kubeConfigOf({ server });
    kubeConfig.setCurrentContext("absent");
    expect(() => new CredentialSource({ kubeConfig, clock, log })).toThrow("no current context");
  });
});
