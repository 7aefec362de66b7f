// The certificates of one throw-away control plane: one CA signs the API server's certificate and the administrator's.
// oxlint-disable-next-line import/no-unassigned-import -- tsyringe, below @peculiar/x509, refuses to load without it
import "reflect-metadata";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

interface KeyPairPem {
  certificate: string;
  key: string;
}

export interface Certificates {
  ca: string;
  /** Valid for 127.0.0.1, localhost and the in-cluster names. */
  server: KeyPairPem;
  /** A client certificate in the group system:masters. */
  administrator: KeyPairPem;
  /** The API server signs ServiceAccount tokens with this key and verifies them with its public half. */
  serviceAccount: { privateKey: string; publicKey: string };
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const ALTERNATIVE_NAMES = [
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "10.0.0.1" },
  { type: "dns", value: "localhost" },
  { type: "dns", value: "kubernetes.default.svc" },
] as const;

interface Authority {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
  validity: { notBefore: Date; notAfter: Date };
}

/** Makes a fresh set; `nowMs` is the wall clock, and the set is valid from an hour before it for ten years. */
export async function createCertificates(nowMs: number): Promise<Certificates> {
  const authority = await createAuthority(nowMs);
  const [server, administrator] = await Promise.all([
    issue(authority, "CN=kube-apiserver", [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([...ALTERNATIVE_NAMES]),
    ]),
    issue(authority, "O=system:masters, CN=yunfan-administrator", [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]),
  ]);
  return { ca: authority.certificate.toString("pem"), server, administrator, serviceAccount: serviceAccountKeys() };
}

async function createAuthority(nowMs: number): Promise<Authority> {
  const keys = await generateKeys();
  const validity = { notBefore: new Date(nowMs - HOUR_MS), notAfter: new Date(nowMs + 10 * YEAR_MS) };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=yunfan-control-plane",
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, key: keys.privateKey, validity };
}

async function issue(authority: Authority, subject: string, extensions: Extension[]): Promise<KeyPairPem> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ALGORITHM,
    ...authority.validity,
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true), ...extensions],
  });
  return { certificate: certificate.toString("pem"), key: await privateKeyPem(keys.privateKey) };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}

function serviceAccountKeys(): Certificates["serviceAccount"] {
  return generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}
