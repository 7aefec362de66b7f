// The kinds of objects that forms make: the translation of each, the calls that make and change it, and its own read.
import * as z from "zod";
import type { Manifest, ManifestRefusal } from "../../../facets/manifests.ts";
import type { CallHere } from "../../places/turn.ts";
import { toClaim } from "./claim.ts";
import { toClass } from "./class.ts";
import { configForm, configOf, toConfig } from "./config.ts";
import type { Known } from "./containers.ts";
import { cronJobOf, cronJobView, scheduleOf, toCronJob } from "./cronjob.ts";
import type { Read } from "./fields.ts";
import { ingressForm, ingressOf, toIngress } from "./ingress.ts";
import { jobForm, jobOf, toJob } from "./job.ts";
import { secretForm, secretOf, toSecret } from "./secret.ts";
import { serviceOf, serviceView, toService } from "./service.ts";
import { toWorkload, workloadForm, workloadOf } from "./workload.ts";

/** What is to be known of an object beside its manifest. */
export interface Asked {
  readonly name: string;
  readonly known: Known;
  /** Of the cluster's API server, for what lies in no namespace. */
  readonly address: string;
}

/** What shows an object by its own read. */
export interface View {
  readonly call: CallHere;
  /** As a manifest, out of the answer; undefined where it is not in it. */
  readonly shown: z.ZodType<Manifest | undefined>;
  /** The form that was sent, as a manifest: all of it is to show. */
  readonly wanted: Manifest;
}

interface Given<Form> {
  readonly read: (manifest: Manifest, known: Known) => Read<Form>;
  readonly creation: (form: Form, asked: Asked) => CallHere;
  /** Of a whole object that is there; left out where none does. */
  readonly update?: (form: Form, asked: Asked) => CallHere;
  /** Left out where its own read is a list that does not say of which namespace each is: then it shows as YAML alone. */
  readonly view?: (form: Form, asked: Asked) => View;
}

/** What is to be done by form for one object. */
export interface FormWrite {
  readonly creation: CallHere;
  readonly update: CallHere | undefined;
  readonly view: View | undefined;
}

export interface Noun {
  /** Whether a call changes a whole one. */
  readonly updates: boolean;
  readonly read: (manifest: Manifest, known: Known) => Read<unknown>;
  /** `made` is nothing where something is refused. */
  readonly write: (manifest: Manifest, asked: Omit<Asked, "name">) => Read<FormWrite | undefined>;
}

function noun<Form>({ read, creation, update, view }: Given<Form>): Noun {
  return {
    updates: update !== undefined,
    read,
    write(manifest, rest) {
      const asked = { ...rest, name: manifest.metadata.name };
      const { made: form, refusals } = read(manifest, asked.known);
      if (refusals.length > 0) return { made: undefined, refusals };
      const made = {
        creation: creation(form, asked),
        update: update?.(form, asked),
        view: view?.(form, asked),
      };
      return { made, refusals };
    },
  };
}

const workload = noun({
  read: toWorkload,
  creation: (form) => ({ operation: "CreateWorkloads", body: { workloads: [form] } }),
  view: (form, { name, known }) => ({
    call: { operation: "GetWorkload", names: { name }, query: [["workload_type", form.workload_base.type]] },
    shown: z.object({ workload: workloadForm }).transform((answer) => workloadOf(answer.workload, known)),
    wanted: workloadOf(form, known),
  }),
});

const NOUNS: Readonly<Record<string, Noun>> = {
  Deployment: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  ConfigMap: noun({
    read: toConfig,
    creation: (configmap, { name }) => ({ operation: "CreateConfigMap", names: { name }, body: { configmap } }),
    update: (configmap, { name }) => ({ operation: "UpdateConfigMap", names: { name }, body: { configmap } }),
    view: (form, { name }) => ({
      call: { operation: "GetConfigMap", names: { name } },
      shown: z.object({ configmap: configForm }).transform(({ configmap }) => configOf(configmap)),
      wanted: configOf(form),
    }),
  }),
  Secret: noun({
    read: toSecret,
    creation: (secret) => ({ operation: "CreateSecret", body: { secret } }),
    update: (secret) => ({ operation: "UpdateSecret", body: { secret } }),
    view: (form, { name }) => ({
      call: { operation: "GetSecret", names: { name } },
      shown: z.object({ secret: secretForm }).transform(({ secret }) => secretOf(secret, form)),
      wanted: secretOf(form, form),
    }),
  }),
  Job: noun({
    read: toJob,
    creation: (job) => ({ operation: "CreateJob", body: { job } }),
    view: (form, { name, known }) => ({
      call: { operation: "GetJob", names: { name } },
      shown: z.object({ job: jobForm }).transform(({ job }) => jobOf(job, known)),
      wanted: jobOf(form, known),
    }),
  }),
  CronJob: noun({
    read: toCronJob,
    creation: (cronjob) => ({ operation: "CreateCronJob", body: { cronjob } }),
    view: ({ job, cron_rule, concurrency_policy }, { name, known }) => {
      const status = { scheduler: scheduleOf(cron_rule), status: "", concurrency_policy, labels: job.labels };
      return {
        call: { operation: "GetCronJob", names: { name } },
        shown: cronJobView.transform((answer) => cronJobOf(answer, known)),
        wanted: cronJobOf({ spec: job, status }, known),
      };
    },
  }),
  Service: noun({
    read: toService,
    creation: (service, { name }) => ({ operation: "CreateService", names: { name }, body: { service } }),
    update: (service, { name }) => ({ operation: "UpdateService", names: { name }, body: { service } }),
    view: (form, { name }) => ({
      call: { operation: "ListServices" },
      shown: z.object({ services: z.array(serviceView) }).transform(({ services }) => {
        const found = services.find(({ access_mode }) => access_mode.name === name);
        return found && serviceOf(found);
      }),
      wanted: serviceOf(serviceView.parse({ ...form, access_mode: { ...form.access_mode, name } })),
    }),
  }),
  Ingress: noun({
    read: toIngress,
    creation: (ingress) => ({ operation: "CreateIngress", body: { ingress } }),
    update: (ingress) => ({ operation: "UpdateIngress", body: { ingress } }),
    view: (form, { name }) => ({
      call: { operation: "ListIngresses" },
      shown: z.object({ ingresses: z.array(ingressForm) }).transform(({ ingresses }) => {
        const found = ingresses.find((each) => each.name === name);
        return found && ingressOf(found);
      }),
      wanted: ingressOf(form),
    }),
  }),
  PersistentVolumeClaim: noun({
    read: toClaim,
    creation: (pvc, { name }) => ({ operation: "CreateClaim", names: { name }, body: { pvc } }),
  }),
  StorageClass: noun({
    read: toClass,
    creation: ({ volumeType: volume_type }, { name, address: cluster_addr }) => ({
      operation: "CreateClass",
      names: { name },
      query: [
        ["volume_type", volume_type],
        ["cluster_addr", cluster_addr],
      ],
      body: { volume_type, cluster_addr },
    }),
  }),
};

/** Undefined where a kind has no form: then it goes as YAML, whole. */
export function nounOf(kind: string): Noun | undefined {
  return Object.hasOwn(NOUNS, kind) ? NOUNS[kind] : undefined;
}

/** Pure: every field that no form carries, with its path. */
export function lostIn(manifest: Manifest): readonly ManifestRefusal[] {
  return nounOf(manifest.kind)?.read(manifest, {}).refusals ?? [];
}
