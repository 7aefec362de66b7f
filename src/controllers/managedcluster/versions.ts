// Versions of Kubernetes as clouds write them: v1.15.11-r1, 1.32.1-aliyun.1. A declared one may be short (1.32) and means every patch.

/** Whether a whole version is what was declared, or a patch of it. */
export function isOf(declared: string, whole: string): boolean {
  const [wanted, shown] = [bare(declared), bare(whole)];
  return shown === wanted || [".", "-"].some((border) => shown.startsWith(wanted + border));
}

/** The newest of the whole ones that the declared one admits; undefined where there is none. */
export function newestOf(offered: readonly string[], declared: string): string | undefined {
  return offered.filter((version) => isOf(declared, version)).toSorted((a, b) => compareVersions(b, a))[0];
}

/** By their numbers: 1.9 is older than 1.10. */
export function compareVersions(left: string, right: string): number {
  return bare(left).localeCompare(bare(right), "en", { numeric: true });
}

function bare(version: string): string {
  return version.replace(/^v/, "");
}
