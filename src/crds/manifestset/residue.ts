// How much of what may outlive its objects a ManifestSet's status names.

export const MOST_RESIDUE = 256;
