// The CustomResourceDefinition of a kind.
import * as z from "zod";
import { GROUP, VERSION, type Kind, type KindSchema, type PrinterColumn } from "./kind.ts";
import { toStructural, type StructuralSchema } from "../schema/structural.ts";

/** The part of apiextensions.k8s.io/v1 that we write. */
export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced";
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      readonly subresources: {
        readonly status: Readonly<Record<string, never>>;
        readonly scale?: {
          readonly specReplicasPath: string;
          readonly statusReplicasPath: string;
          readonly labelSelectorPath: string;
        };
      };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
    }[];
  };
}

/** What `kubectl get` lists all kinds by. */
const CATEGORY = "yunfan";

/** Deterministic: the same kind gives the same definition. */
export function customResourceDefinition(kind: KindSchema): CustomResourceDefinition {
  const { type, shortNames, printerColumns } = kind;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${type.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: {
        kind: type.kind,
        listKind: `${type.kind}List`,
        plural: type.plural,
        singular: type.kind.toLowerCase(),
        shortNames,
        categories: [CATEGORY],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: toStructural(objectSchema(kind)) },
          subresources: { status: {}, ...scaleOf(kind) },
          additionalPrinterColumns: printerColumns,
        },
      ],
    },
  };
}

type Subresources = CustomResourceDefinition["spec"]["versions"][number]["subresources"];

function scaleOf({ scale }: Kind): Pick<Subresources, "scale"> {
  if (!scale) return {};
  const { specReplicas, statusReplicas, labelSelector } = scale;
  return {
    scale: { specReplicasPath: specReplicas, statusReplicasPath: statusReplicas, labelSelectorPath: labelSelector },
  };
}

/**
 * The whole object but for what Kubernetes itself validates. The default status makes kstatus see a resource that nobody
 * has visited yet as in progress; without it a new resource would count as done.
 */
export function objectSchema({ description, spec, status }: KindSchema): z.ZodObject {
  return z.object({ spec, status: status.prefault({ observedGeneration: -1 }) }).describe(description);
}
