// What an object in a target bears of us: whose it is, and what was applied where the target does not keep that itself.

export const MARKS = {
  /** Label: UID of the ManifestSet. */
  set: "yunfan.dev/manifestset-uid",
  /** Annotation: "namespace/name" of it, for people. */
  name: "yunfan.dev/manifestset",
  /** Annotation: names of the fields that were applied last, as FieldsV1; where the target does not merge. */
  fields: "yunfan.dev/applied-fields",
} as const;

/** In the target's books of who owns which fields. */
export const FIELD_MANAGER = "yunfan";
