// `yunfan registry`: what is in the project that a RegistryProject stands for, and images from an archive.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { Command, Option } from "commander";
import type { RegistryFacet, Tag } from "../cloud/facets/registry.ts";
import { grantWrite } from "../cloud/permit.ts";
import { onProject, type Asked, type OpenProject } from "./caller.ts";
import { endProcess, failUsage, stopOnSignals } from "./process.ts";

interface Flags {
  readonly namespace: string;
  readonly kubeconfig?: string;
}

interface ImagesFlags extends Flags {
  readonly output: "table" | "json";
}

interface UploadFlags extends Flags {
  readonly image?: string;
  readonly tag?: string;
}

/** One image as it is printed. */
interface ShownImage {
  readonly image: string;
  readonly sizeBytes?: number;
  readonly pulls?: number;
  readonly description?: string;
  readonly tags: readonly Tag[];
}

export function command(): Command {
  return new Command("registry")
    .description("work with the project of a RegistryProject, with your own rights on it, its account and its Secret")
    .addCommand(imagesCommand())
    .addCommand(uploadCommand());
}

function imagesCommand(): Command {
  return withPlace(new Command("images"))
    .description("list the images of a project, with their tags")
    .argument("<name>", "the RegistryProject")
    .addOption(new Option("-o, --output <format>", "how to print").choices(["table", "json"]).default("table"))
    .action(async (name: string, flags: ImagesFlags, self: Command) => {
      await acting(self, async (signal) => {
        const images = await onProject(askedBy(name, flags), signal, (open) => imagesOf(open, signal));
        process.stdout.write(flags.output === "json" ? `${JSON.stringify(images, undefined, 2)}\n` : tableOf(images));
      });
    });
}

function uploadCommand(): Command {
  return withPlace(new Command("upload"))
    .description("add an image from an archive of `docker save`")
    .argument("<name>", "the RegistryProject")
    .argument("<file>", "the archive")
    .option("--image <image>", "name of the image; default: as the archive has it")
    .option("--tag <tag>", "its tag; default: as the archive has it")
    .action(async (name: string, file: string, flags: UploadFlags, self: Command) => {
      await acting(self, async (signal) => {
        await onProject(askedBy(name, flags), signal, (open) => upload(open, { file, ...flags }, signal));
        process.stdout.write(`${path.basename(file)} is in project ${name}\n`);
      });
    });
}

function withPlace(self: Command): Command {
  return self
    .option("-n, --namespace <namespace>", "namespace of the resource", "default")
    .option("--kubeconfig <file>", "kubeconfig of the cluster; default: $KUBECONFIG, ~/.kube/config, in-cluster");
}

function askedBy(name: string, { namespace, kubeconfig }: Flags): Asked {
  return { name, namespace, kubeconfig };
}

async function acting(self: Command, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await work(stopOnSignals());
  } catch (error) {
    failUsage(self, error);
  }
  endProcess();
}

/** Throws an Error where the resource stands for nothing yet, or its cloud has no registry. */
function registryOf({ project, session }: OpenProject): { readonly id: string; readonly registry: RegistryFacet } {
  const { externalId: id } = project.status;
  const { name } = project.metadata;
  if (id === undefined) throw new Error(`RegistryProject ${name} stands for no project yet: see its conditions`);
  if (!session.registry) throw new Error("The cloud of this account has no registry");
  return { id, registry: session.registry };
}

async function imagesOf(open: OpenProject, signal: AbortSignal): Promise<readonly ShownImage[]> {
  const { id, registry } = registryOf(open);
  const repositories = await registry.listRepositories(id, signal);
  if (repositories === "Absent") throw new Error(`The cloud has no project ${id}`);
  const images: ShownImage[] = [];
  for (const { name: image, description } of repositories) {
    const [tags, usage] = await Promise.all([
      registry.listTags(id, image, signal),
      registry.usage?.(id, image, signal),
    ]);
    images.push({ image, ...usage, ...(description !== undefined && { description }), tags });
  }
  return images;
}

async function upload(
  open: OpenProject,
  { file, image, tag }: UploadFlags & { readonly file: string },
  signal: AbortSignal,
): Promise<void> {
  const { id, registry } = registryOf(open);
  if (!registry.upload) throw new Error("The registry of this cloud takes no archives: push the image with docker");
  const { size: sizeBytes } = await stat(file);
  const archive = { fileName: path.basename(file), sizeBytes, open: () => createReadStream(file), image, tag };
  await registry.upload(id, archive, grantWrite(signal));
}

/** As kubectl prints: a line for each tag, in columns. */
function tableOf(images: readonly ShownImage[]): string {
  const rows = images.flatMap(({ image, pulls, tags }) =>
    tags.map(({ name, sizeBytes, createdAt = "" }) => [
      image,
      name,
      mebibytes(sizeBytes),
      String(pulls ?? ""),
      createdAt,
    ]),
  );
  const table = [["IMAGE", "TAG", "MIB", "PULLS", "CREATED"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)) + 3);
  return table
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join("")
          .trimEnd()}\n`,
    )
    .join("");
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : (bytes / 2 ** 20).toFixed(1);
}
