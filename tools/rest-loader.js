// tools/finish-dist.mjs appends this to wasm-bindgen's script when it has split the module in two.
//
// The first module is instantiated as before. The second one is loaded as soon as the first picture is on the screen;
// if one of its functions is called before it has arrived, it is loaded at that moment instead, and the page waits.
// The style sheet for what the second module shows comes along with it.
//
// `globalThis.stepglassRest` tells the app (src/platform/rest.rs) and the tests about it: `whenLoaded` is a promise,
// `howLoaded` is null, "soon" or "at-once", and `stack` says which call could not wait.

const restAddress = new URL("REST_FILE", import.meta.url).href;
const importsOfProgram = __wbg_get_imports;
const finishFirst = __wbg_finalize_init;
let importsOfBoth;
let tellLoaded;
const rest = {
  howLoaded: null,
  stack: null,
  whenLoaded: new Promise((resolve) => {
    tellLoaded = resolve;
  }),
};
globalThis.stepglassRest = rest;

__wbg_get_imports = () => {
  importsOfBoth = { ...importsOfProgram(), rest: { load: loadRestAtOnce } };
  return importsOfBoth;
};

__wbg_finalize_init = (instance, module) => {
  importsOfBoth.first = instance.exports;
  const exports = finishFirst(instance, module);
  afterNextPicture(() => loadRestSoon(0));
  return exports;
};

// A page that is not in sight draws nothing, hence the timer.
function afterNextPicture(act) {
  let isDue = true;
  const once = () => {
    if (isDue) {
      isDue = false;
      act();
    }
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, 500);
}

async function loadRestSoon(failures) {
  try {
    const response = await fetch(restAddress, { priority: "low" });
    if (!response.ok) {
      throw new Error(`${restAddress}: ${response.status}`);
    }
    const isTyped = response.headers.get("Content-Type")?.startsWith("application/wasm");
    const [module] = await Promise.all([
      isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()),
      loadSheet(),
    ]);
    if (rest.howLoaded === null) {
      await WebAssembly.instantiate(module, importsOfBoth);
      noteLoaded("soon");
    }
  } catch (error) {
    if (rest.howLoaded === null) {
      console.warn("The second part of the program has not arrived; trying again.", error);
      setTimeout(() => loadRestSoon(failures + 1), Math.min(500 * 2 ** failures, 20_000));
    }
  }
}

function loadSheet() {
  const link = document.querySelector("link[rel=later-stylesheet]");
  return link && new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.rel = "later-stylesheet";
      reject(new Error(`${link.href} could not be loaded`));
    };
    link.rel = "stylesheet";
  });
}

// Bytes as text is the only form in which a page can get them without giving up control.
function loadRestAtOnce() {
  rest.stack = new Error("called before it was there").stack;
  loadSheet()?.catch((error) => console.warn(error));
  const request = new XMLHttpRequest();
  request.open("GET", restAddress, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) {
    throw new Error(`${restAddress}: ${request.status}`);
  }
  const text = request.responseText;
  const bytes = Uint8Array.from({ length: text.length }, (_, position) => text.charCodeAt(position) & 0xff);
  new WebAssembly.Instance(new WebAssembly.Module(bytes), importsOfBoth);
  noteLoaded("at-once");
}

function noteLoaded(how) {
  if (rest.howLoaded === null) {
    rest.howLoaded = how;
    performance.mark("complete");
    tellLoaded();
  }
}
