// Finishes what Trunk built, as its post_build hook, so that plain `trunk build` and `trunk serve` give the same site as
// `cargo xtask dist`:
//
// - splits the WebAssembly module of a release in two (tools/split), and adds to wasm-bindgen's script what loads the
//   second one (tools/rest-loader.js); with STEPGLASS_NOTE_CALLS set it has the module note its calls instead;
// - puts the style rules that only the second module needs into a sheet that is loaded together with it;
// - minifies wasm-bindgen's scripts in a release, which Trunk's own minifier can't, and renews their integrity hashes;
// - adds the editor's bundle under a name with its hash, and writes that name into <meta name="editor-module">;
// - moves the reload script that `trunk serve` inserts from index.html into a file of its own;
// - writes the hashes of the inline scripts that are left (Trunk's start of the app) into the content security policy;
// - fills the service worker's list of files: `const FILES = []` and `const VERSION = ""` in sw.js.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import esbuild from "../editor/node_modules/esbuild/lib/main.js";

const site = process.env.TRUNK_STAGING_DIR;
if (!site) {
  throw new Error("finish-dist.mjs is Trunk's post_build hook: TRUNK_STAGING_DIR is not set");
}
const page = path.join(site, "index.html");
let html = readFileSync(page, "utf8");

if (process.env.TRUNK_PROFILE === "release") {
  html = process.env.STEPGLASS_NOTE_CALLS ? noteCalls(html) : splitSheets(splitModule(html));
  html = minifyScripts(html);
}
html = addEditor(html);
html = moveReloadScript(html);
html = allowInlineScripts(html);
writeFileSync(page, html);
listFiles();

// The first module and the script get new names: what a cache holds under a name must never change, and the hash that
// Trunk put there knows nothing of what is done here.
function splitModule(html) {
  const whole = wholeModule(html);
  const work = path.join("target", "split");
  mkdirSync(work, { recursive: true });
  const [first, rest, names] = ["first.wasm", "rest.wasm", "names.txt"].map((name) => path.join(work, name));
  const [rules, list] = ["rules.txt", "unneeded.txt"].map((name) => path.join("tools", "split", name));
  split(rules, list, path.join(site, whole), first, rest, names);

  copyFileSync(path.join(site, whole), path.join(work, "whole.wasm"));
  const bytes = readFileSync(rest);
  const restName = `stepglass-rest-${shortHash(bytes)}.wasm`;
  writeFileSync(path.join(site, restName), bytes);
  const script = path.join(site, whole.replace("_bg.wasm", ".js"));
  const glue = readFileSync(script, "utf8");
  for (const name of ["__wbg_get_imports", "__wbg_finalize_init"]) {
    if (!new RegExp(`^function ${name}\\(`, "m").test(glue)) {
      throw new Error(`wasm-bindgen's script has no function ${name} any more: tools/rest-loader.js needs it`);
    }
  }
  const loader = readFileSync(path.join("tools", "rest-loader.js"), "utf8").replace("REST_FILE", () => `./${restName}`);
  writeFileSync(script, `${glue}\n${loader}`);
  html = html.replace(integrity(glue), integrity(`${glue}\n${loader}`));
  return replaceFile(html, whole, readFileSync(first));
}

// A rule waits when the first module has nothing that it is for: no class of its component, or not all the classes that
// a rule of the forms names. The module has the names of its classes among its constants. The sheet of what waits comes
// before that of the components, so that no rule outweighs another that it did not before.
function splitSheets(html) {
  const first = readFileSync(path.join(site, wholeModule(html))).toString("latin1");
  const isKnown = (name) => first.includes(name.slice(1));
  const classesOf = (selector) => selector.match(/\.[a-z][\w-]*/gi) ?? [];
  const later = [];
  const keep = (sheet, waits) => {
    const [name] = html.match(new RegExp(`${sheet}-[0-9a-f]+\\.css`)) ?? [];
    if (!name) {
      throw new Error(`index.html has no style sheet "${sheet}"`);
    }
    const rules = rulesOf(readFileSync(path.join(site, name), "utf8"));
    later.push(...rules.filter(waits));
    html = replaceFile(html, name, Buffer.from(rules.filter((rule) => !waits(rule)).join("")));
  };
  keep("forms", (rule) => {
    const selectors = rule.slice(0, rule.indexOf("{")).split(",");
    return !rule.startsWith("@") && selectors.every((selector) => !classesOf(selector).every(isKnown));
  });
  keep("components", (rule) => {
    const components = rule.match(/\.l-+\d+/g) ?? [];
    return components.length > 0 && !components.some(isKnown);
  });
  const sheet = later.join("");
  const name = `later-${shortHash(sheet)}.css`;
  writeFileSync(path.join(site, name), sheet);
  // No browser knows this `rel`; tools/rest-loader.js makes it `stylesheet`.
  const link = `<link rel="later-stylesheet" href="./${name}" integrity="${integrity(sheet)}">`;
  return html.replace(/<link\b[^>]*\bcomponents-[^>]*>/, (components) => `${link}${components}`);
}

// The rules of a minified sheet, one group like @media counting as one.
function rulesOf(css) {
  const rules = [];
  let start = 0;
  let depth = 0;
  for (const { 0: sign, index } of css.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{}]/g)) {
    depth += { "{": 1, "}": -1 }[sign] ?? 0;
    if (sign === "}" && depth === 0) {
      rules.push(css.slice(start, index + 1));
      start = index + 1;
    }
  }
  if (css.slice(start).trim() !== "") {
    throw new Error(`a style sheet ends with something that is no rule: ${css.slice(start, start + 80)}`);
  }
  return rules;
}

// One module, and the page believes that the second one never comes.
function noteCalls(html) {
  const whole = wholeModule(html);
  const work = path.join("target", "split");
  mkdirSync(work, { recursive: true });
  const kept = path.join(work, "whole.wasm");
  copyFileSync(path.join(site, whole), kept);
  split("note-calls", kept, path.join(site, whole));
  const script = path.join(site, whole.replace("_bg.wasm", ".js"));
  const glue = readFileSync(script, "utf8");
  const waiting = `globalThis.stepglassRest = { howLoaded: null, whenLoaded: new Promise(() => {}) };\n${glue}`;
  writeFileSync(script, waiting);
  html = html.replace(integrity(glue), integrity(waiting));
  return replaceFile(html, whole, readFileSync(path.join(site, whole)), readFileSync(kept));
}

function wholeModule(html) {
  const [whole] = html.match(/[\w-]+_bg\.wasm/) ?? [];
  if (!whole) {
    throw new Error("index.html loads no WebAssembly module");
  }
  return whole;
}

function split(...words) {
  const run = ["run", "--quiet", "--package", "split", "--", ...words];
  const { status, error } = spawnSync("cargo", run, { stdio: ["ignore", 2, 2] });
  if (status !== 0) {
    throw new Error("the WebAssembly module could not be split", { cause: error });
  }
}

function minifyScripts(html) {
  for (const [tag] of html.matchAll(/<link\b[^>]*\bmodulepreload\b[^>]*>/g)) {
    const [, name] = tag.match(/\bhref=["']?\.?\/?([^"'\s>]+\.js)/);
    const script = readFileSync(path.join(site, name));
    const { code } = esbuild.transformSync(script, { minify: true, format: "esm", target: "es2022", legalComments: "none" });
    html = replaceFile(html, name, Buffer.from(code));
  }
  return html;
}

// Gives a file other contents, and a name with their hash where it had one.
function replaceFile(html, name, contents, before = readFileSync(path.join(site, name))) {
  const hashed = name.replace(/-[0-9a-f]{8,16}(?=[._][^/]*$)/, `-${shortHash(contents)}`);
  rmSync(path.join(site, name));
  writeFileSync(path.join(site, hashed), contents);
  return html.replaceAll(name, hashed).replace(integrity(before), integrity(contents));
}

function shortHash(contents) {
  return createHash("sha256").update(contents).digest("hex").slice(0, 16);
}

function integrity(contents) {
  return `sha384-${createHash("sha384").update(contents).digest("base64")}`;
}

function addEditor(html) {
  const bundle = readFileSync(path.join("target", "editor", "editor.js"));
  const name = `editor-${createHash("sha256").update(bundle).digest("hex").slice(0, 16)}.js`;
  return html.replace(/<meta\b[^>]*\bname=["']?editor-module\b[^>]*>/, (tag) => {
    writeFileSync(path.join(site, name), bundle);
    const others = tag.replace(/\s+content(=("[^"]*"|'[^']*'|[^\s>]*))?(?=[\s>/])/, "");
    return others.replace("<meta", `<meta content="./${name}"`);
  });
}

function moveReloadScript(html) {
  return html.replace(/<script>((?:(?!<\/script>)[^])*\{\{__TRUNK_ADDRESS__\}\}[^]*?)<\/script>/, (_, script) => {
    const source = script
      .replaceAll("'{{__TRUNK_ADDRESS__}}'", "location.host")
      .replaceAll("'{{__TRUNK_WS_BASE__}}'", "new URL('.', document.baseURI).pathname");
    writeFileSync(path.join(site, "trunk-reload.js"), source);
    return '<script src="./trunk-reload.js"></script>';
  });
}

function allowInlineScripts(html) {
  const hashes = [...html.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)]
    .filter(([, attributes]) => !/\bsrc\s*=/.test(attributes))
    .map(([, , source]) => `'sha256-${createHash("sha256").update(source).digest("base64")}'`);
  let found = false;
  const allowed = html.replace(/<meta\b[^>]*Content-Security-Policy[^>]*>/i, (tag) =>
    tag.replace(/script-src [^;"]*/, (directive) => {
      found = true;
      const others = directive.split(/\s+/).filter((source) => !source.startsWith("'sha256-"));
      return [...others.filter(Boolean), ...hashes].join(" ");
    }));
  if (!found) {
    throw new Error("index.html has no content security policy with script-src");
  }
  return allowed;
}

function listFiles() {
  const worker = path.join(site, "sw.js");
  if (!existsSync(worker)) {
    return;
  }
  const files = readdirSync(site, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(site, path.join(entry.parentPath ?? entry.path, entry.name)).replaceAll(path.sep, "/"))
    .filter((name) => name !== "sw.js" && name !== "trunk-reload.js")
    // Hundreds of files of which a person needs a few: they are fetched when they are.
    .filter((name) => !name.startsWith("catalogue/shapes/"))
    .sort();
  const version = createHash("sha256");
  files.forEach((name) => version.update(name).update(readFileSync(path.join(site, name))));
  const source = readFileSync(worker, "utf8")
    .replace("const FILES = [];", `const FILES = ${JSON.stringify(files)};`)
    .replace('const VERSION = "";', `const VERSION = "${version.digest("hex").slice(0, 16)}";`);
  writeFileSync(worker, source);
}
