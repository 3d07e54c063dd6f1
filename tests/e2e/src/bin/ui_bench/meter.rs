use e2e::{Page, Scheme, Site, Viewport};
use serde_json::{Value, json};

/// Keeps the memories of the page's WebAssembly modules, so that their size can be told.
const KEEP_MEMORIES: &str = "
    globalThis.__memories = new Set();
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const real = WebAssembly[name];
        WebAssembly[name] = async (...others) => {
            const made = await real.apply(WebAssembly, others);
            const memory = (made.instance ?? made).exports.memory;
            if (memory) globalThis.__memories.add(memory);
            return made;
        };
    }
";

const MEGABYTE: f64 = 1_048_576.0;

/// In megabytes.
pub struct Memory {
    /// Of JavaScript: what objects in use take.
    pub heap: f64,
    /// The whole linear memory of WebAssembly, which never shrinks: the most that was needed so far.
    pub wasm: f64,
}

/// A page whose main thread is watched.
pub struct Meter {
    pub page: Page,
    /// What a sample of nothing costs, in milliseconds: asking, and an empty frame.
    empty: f64,
}

impl Meter {
    /// Opens the site and waits until all of its program is there.
    pub fn open() -> Meter {
        let page = Page::blank(Site::start());
        page.resize(Viewport::DESKTOP);
        page.emulate(Scheme::Light);
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": KEEP_MEMORIES }));
        page.go("");
        e2e::scenes::started(&page);
        page.wait_for("g.node");
        page.devtools("Performance.enable", json!({ "timeDomain": "threadTicks" }));
        let mut meter = Meter { page, empty: 0.0 };
        meter.rest();
        let mut nothing: Vec<f64> = (0..15).map(|_| meter.cpu(|_| ())).collect();
        nothing.sort_by(f64::total_cmp);
        meter.empty = nothing[nothing.len() / 2];
        meter
    }

    /// Milliseconds of the main thread that something takes, until what came of it has been drawn.
    pub fn cpu(&self, work: impl FnOnce(&Page)) -> f64 {
        let before = self.task_ms();
        work(&self.page);
        self.frames(2);
        (self.task_ms() - before - self.empty).max(0.0)
    }

    /// As [`Meter::cpu`], for every number up to a count.
    pub fn samples(&self, count: usize, mut work: impl FnMut(&Page, usize)) -> Vec<f64> {
        (0..count).map(|index| self.cpu(|page| work(page, index))).collect()
    }

    fn task_ms(&self) -> f64 {
        self.metric("TaskDuration") * 1000.0
    }

    pub fn metric(&self, name: &str) -> f64 {
        let answer = self.page.devtools("Performance.getMetrics", json!({}));
        let found = answer["metrics"].as_array().into_iter().flatten().find(|metric| metric["name"] == name);
        found.and_then(|metric| metric["value"].as_f64()).unwrap_or_else(|| panic!("no metric {name}"))
    }

    /// Waits until some frames have been drawn.
    pub fn frames(&self, count: usize) {
        self.evaluate(&format!(
            "new Promise((done) => {{
                let left = {count};
                const next = () => left-- > 0 ? requestAnimationFrame(next) : done();
                next();
            }})"
        ));
    }

    /// Waits until what was put off has been done: drafts are kept, animations have ended.
    pub fn rest(&self) {
        self.page.settle();
        self.page.pause(std::time::Duration::from_millis(700));
        self.frames(2);
    }

    /// Waits for an expression to be true, looking once a frame.
    pub fn until(&self, condition: &str) {
        self.evaluate(&format!(
            "new Promise((done, fail) => {{
                const end = performance.now() + 60_000;
                const look = () => ({condition}) ? done(true)
                    : performance.now() > end ? fail(new Error('not within a minute')) : requestAnimationFrame(look);
                look();
            }})"
        ));
    }

    /// The value of an expression; a promise is waited for.
    pub fn evaluate(&self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.page.devtools("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Has the page open a text as a file that is dropped on it.
    pub fn drop_file(page: &Page, name: &str, text: &str) {
        page.script(&drop_script(name, text));
    }

    /// Gives the page a text as a file for [`Meter::drop_given`]: how it gets there is not the app's doing.
    pub fn give_file(page: &Page, name: &str, text: &str) {
        page.script(&format!(
            "globalThis.__given = new File([{}], {}, {{ type: 'application/json' }})",
            json!(text),
            json!(name)
        ));
    }

    /// Has the page open the file that it was given.
    pub fn drop_given(page: &Page) {
        page.script(
            "const data = new DataTransfer();
             data.items.add(globalThis.__given);
             document.body.dispatchEvent(
                 new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));",
        );
    }

    /// What the page holds after garbage was collected.
    pub fn memory(&self) -> Memory {
        self.page.devtools("HeapProfiler.collectGarbage", json!({}));
        let wasm = self.evaluate("[...__memories].reduce((sum, one) => sum + one.buffer.byteLength, 0)");
        let wasm = wasm.as_f64().unwrap_or(0.0);
        assert!(wasm > 0.0, "the page's WebAssembly memory was not seen");
        Memory { heap: self.metric("JSHeapUsedSize") / MEGABYTE, wasm: wasm / MEGABYTE }
    }

    pub fn mouse(page: &Page, kind: &str, (x, y): (f64, f64), more: Value) {
        let mut event = json!({ "type": kind, "x": x, "y": y, "button": "none", "pointerType": "mouse" });
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        page.devtools("Input.dispatchMouseEvent", event);
    }

    pub fn click(page: &Page, at: (f64, f64)) {
        for kind in ["mousePressed", "mouseReleased"] {
            Meter::mouse(page, kind, at, json!({ "button": "left", "clickCount": 1 }));
        }
    }

    /// Types a letter.
    pub fn type_key(page: &Page, letter: &str) {
        page.devtools("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": letter, "text": letter }));
        page.devtools("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": letter }));
    }

    pub fn key(page: &Page, key: &str, code: u32) {
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            page.devtools("Input.dispatchKeyEvent", event);
        }
    }
}

fn drop_script(name: &str, text: &str) -> String {
    format!(
        "const data = new DataTransfer();
         data.items.add(new File([{}], {}, {{ type: 'application/json' }}));
         document.body.dispatchEvent(
             new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: data }}));",
        json!(text),
        json!(name)
    )
}
