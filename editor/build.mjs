// Bundles the editor into one ES module: target/editor/editor.js beside the workspace.
// Installs the packages first when they are missing or older than the lock file. Does nothing when all is up to date.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.join(here, "..", "target", "editor", "editor.js");

installPackages();
const inputs = [...readdirSync(path.join(here, "src")).map((name) => path.join(here, "src", name)),
  path.join(here, "package-lock.json"), fileURLToPath(import.meta.url)];
const stamp = digest(inputs);
const stampFile = `${output}.inputs`;
if (!existsSync(output) || read(stampFile) !== stamp) {
  await bundle();
  writeFileSync(stampFile, stamp);
}

function installPackages() {
  const lock = digest([path.join(here, "package-lock.json")]);
  const lockFile = path.join(here, "node_modules", ".stepglass-lock");
  if (read(lockFile) === lock) {
    return;
  }
  console.error("editor: installing npm packages");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: here,
    // npm prints to standard output, which belongs to whoever runs this.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    throw new Error("editor: `npm ci` failed", { cause: npm.error });
  }
  writeFileSync(lockFile, lock);
}

async function bundle() {
  const main = path.join(here, "node_modules", "esbuild", "lib", "main.js");
  const esbuild = (await import(pathToFileURL(main))).default;
  mkdirSync(path.dirname(output), { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(here, "src", "editor.js")],
    outfile: output,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
  console.error(`editor: bundled ${Math.round(statSync(output).size / 1024)} KB`);
}

function digest(files) {
  const hash = createHash("sha256");
  files.sort().forEach((file) => hash.update(path.basename(file)).update(readFileSync(file)));
  return hash.digest("hex");
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
