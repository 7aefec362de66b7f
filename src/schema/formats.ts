// Strings that occur in several kinds. All patterns are RE2 and read alike by JavaScript and by the API server.
import * as z from "zod";

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/);

/** The name of a Kubernetes namespace (RFC 1123 label). */
export const namespaceName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);

/** Scheme, host, optional port and path: no user, query or fragment. Rules beside the field decide where http may stand. */
export const endpointUrl = z
  .string()
  .max(512)
  .regex(
    /^https?:\/\/([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\/[A-Za-z0-9._~/-]*)?$/,
  );

/** An id that a cloud gave: a number, a UUID, a path. */
export const externalId = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/);

/** RFC 3339 in UTC with whole seconds, as metav1.Time is written. */
export const time = z
  .string()
  .max(20)
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/);

/** A CamelCase word. */
export const camelCase = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Z][A-Za-z0-9]*$/);

/** An id of a thing that the resource uses and that others made, such as a network: by every cloud's alphabet. */
export const cloudReference = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
