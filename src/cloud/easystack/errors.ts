// The one place that says what an answer of EasyStack, or of the Keystone, Harbor and Kubernetes behind it, means for us (1.11).
import * as z from "zod";
import type { CloudErrorKind } from "../errors.ts";
import { errorsBy, type Said } from "../kit/error-table.ts";
import { word } from "../kit/wire.ts";
import type { PlaceOperation, ProjectOperation } from "./calls.ts";

export type Operation = ProjectOperation | PlaceOperation | "SwitchPlace" | "GetToken" | "FindProject";

const CREATES: ReadonlySet<Operation> = new Set<Operation>([
  "CreateWorkspace",
  "CreateNamespace",
  "CreateClaim",
  "CreateYaml",
  "CreateApplication",
  "CreateConfigMap",
  "CreateSecret",
  "CreateJob",
  "CreateCronJob",
  "CreateIngress",
  "CreateService",
  "CreateClass",
  "CreateWorkloads",
]);

/** Lists and creates: nothing that their paths name could be missing. */
const NAMELESS: ReadonlySet<Operation> = new Set<Operation>([
  "GetToken",
  "FindProject",
  "GetOrganisation",
  "ListAdministeredProjects",
  "ListKubernetesVersions",
  "ListPlaces",
  "ListVolumeTypes",
  "ListPods",
  "ListRoutes",
  "ListNodePorts",
  "ListNamespaces",
  "GetRegistryStorage",
  "ListStorage",
  "CheckName",
  "CheckNameHere",
  "CreateClaim",
  "CreateYaml",
  "ListApplications",
  "CreateApplication",
  "ListMachines",
  "ListZones",
  "ListFlavors",
  "ListSubnets",
  "CreateConfigMap",
  "CreateSecret",
  "CreateJob",
  "CreateCronJob",
  "CreateIngress",
  "ListIngresses",
  "ListServices",
  "ListInitialCapabilities",
  "ListSettableCapabilities",
  "GetReplicasLimit",
  "GetOctavia",
  "GetBalancerLicences",
  "ListWorkspaces",
  "CreateWorkspace",
  "ListImages",
  "UploadImage",
  "GetRegistryLogin",
  "SetCollection",
  "GetCollection",
]);

/** A deletion's "normal code" is 404 (1.2): none of its answers proves anything, and this one is no failure. */
const DELETES: ReadonlySet<Operation> = new Set<Operation>([
  "DeleteWorkspace",
  "DeleteImage",
  "DeleteTag",
  "DeleteNamespace",
  "DeleteNamespaces",
  "DeleteClaim",
  "DeleteApplication",
  "DeletePod",
  "DeleteConfigMaps",
  "DeleteSecrets",
  "DeleteJobs",
  "DeleteCronJobs",
  "DeleteIngresses",
  "DeleteServices",
  "DeleteVolume",
  "DeleteClass",
  "DeleteWorkloads",
  "DeleteRevisions",
]);

export const errorOf = errorsBy<Operation>({
  creates: CREATES,
  nameless: NAMELESS,
  said,
  meaning,
  // The service's own shape. A page of Django's, a gateway's and a load balancer's are nobody's word.
  provesAbsence: ({ codes }) => codes.includes("Not Found"),
  elsewhere: "That is not the service's own answer: see what is between, or correct the endpoints of the account",
});

/**
 * `{"error": {"message", "code", "title"}}`, around failures only, although a sample of 1.11 has a success in it. What stands beside it is
 * of the services behind, and may be all that says why.
 */
const errorBody = z.object({
  error: z.object({ message: word, code: word, title: word, detail: word }),
  message: word,
  detail: word,
});

function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  if (!body.success) return undefined;
  const { error, message, detail } = body.data;
  return { codes: [error.code, error.title], texts: [error.message, error.detail, message, detail] };
}

function meaning(operation: Operation, status: number, { texts }: Said): CloudErrorKind | undefined {
  if (status === 404 && DELETES.has(operation)) return "NotFound";
  if (operation === "DeleteWorkspace" && (status === 409 || status === 412)) return "NotEmpty";
  return CREATES.has(operation) ? meaningOfCreate(status, texts.join("\n")) : undefined;
}

/** There are no codes: the words decide. */
function meaningOfCreate(status: number, words: string): CloudErrorKind | undefined {
  if (status === 409) return "AlreadyExists";
  if (status === 403 && /\bquota\b|配额/i.test(words)) return "QuotaExceeded";
  return status === 400 && /name|名/i.test(words) ? "NameRefused" : undefined;
}
