//! A page of the site, as a person uses it.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::actions::{
    Actions, InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::site::Site;
use crate::workspace;

/// How long anything that is waited for may take: generous, for a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs before the page's own scripts, and keeps what they do wrong.
const WATCH: &str = "
    window.__problems = [];
    const note = (kind, text) => window.__problems.push(`${kind}: ${text}`);
    addEventListener('securitypolicyviolation', (event) =>
        note('content security policy', `${event.effectiveDirective} forbids ${event.blockedURI}`));
    addEventListener('error', (event) => note('error', event.message ?? event.target?.src), true);
    addEventListener('unhandledrejection', (event) => note('unhandled rejection', event.reason));
";

/// Light or dark, as the system tells the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// The size of the page's window, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    pub width: u32,
    pub height: u32,
}

impl Viewport {
    pub const DESKTOP: Self = Self { width: 1440, height: 900 };
    pub const TABLET: Self = Self { width: 1024, height: 768 };
    pub const PHONE: Self = Self { width: 390, height: 844 };
}

/// A page of the site in a browser of its own. Selectors are CSS.
pub struct Page {
    browser: Browser,
    site: Site,
    requests: RefCell<Vec<String>>,
    errors: RefCell<Vec<String>>,
}

impl Page {
    /// Opens the built site: `""` is its first page, `"#/…"` a place in it.
    pub fn open(what: &str) -> Self {
        Self::open_as(what, Viewport::DESKTOP, Scheme::Light)
    }

    pub fn open_as(what: &str, viewport: Viewport, scheme: Scheme) -> Self {
        let page = Self::blank(Site::start());
        page.resize(viewport);
        page.emulate(scheme);
        page.go(what);
        page
    }

    /// A browser that shows nothing yet.
    pub fn blank(site: Site) -> Self {
        let browser = Browser::start();
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
        Self { browser, site, requests: RefCell::default(), errors: RefCell::default() }
    }

    /// Opens another place of the site.
    pub fn go(&self, what: &str) {
        let address = self.site.address(what);
        self.browser.run(&address, async |client| client.goto(&address).await);
    }

    pub fn reload(&self) {
        self.browser.run("reload", async |client| client.refresh().await);
    }

    /// The address bar's content, without the site's own address: `""` or `"#/…"`.
    pub fn place(&self) -> String {
        let address = self.browser.run("the address", async |client| client.current_url().await).to_string();
        address.strip_prefix(&self.site.address("")).map_or_else(|| address.clone(), str::to_owned)
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    pub fn resize(&self, Viewport { width, height }: Viewport) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.browser.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    pub fn emulate(&self, scheme: Scheme) {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        self.emulate_media(json!([{ "name": "prefers-color-scheme", "value": value }]));
    }

    /// Other media features: `[{"name": "prefers-reduced-motion", "value": "reduce"}]`.
    pub fn emulate_media(&self, features: Value) {
        self.browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Cuts the network, or restores it.
    pub fn set_offline(&self, offline: bool) {
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.browser.devtools("Network.emulateNetworkConditions", conditions);
    }

    /// Any command of the Chrome DevTools Protocol.
    pub fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.browser.devtools(method, parameters)
    }

    /// Waits until an element is there and visible.
    pub fn wait_for(&self, selector: &str) -> Element {
        self.until(&format!("{selector} to be visible"), || {
            let element = self.find(selector)?;
            self.browser.try_run(async |_| element.is_displayed().await).ok()?.then_some(element)
        })
    }

    /// Waits until no element is there, or none visible.
    pub fn wait_until_gone(&self, selector: &str) {
        self.until(&format!("{selector} to be gone"), || (!self.is_visible(selector)).then_some(()));
    }

    /// Waits until an element's text contains something.
    pub fn wait_for_text(&self, selector: &str, text: &str) {
        self.until(&format!("{selector} to say {text:?}"), || {
            self.texts(selector).iter().any(|own| own.contains(text)).then_some(())
        });
    }

    /// Waits until a script's `return` is what it should be.
    pub fn wait_for_value(&self, script: &str, value: &Value) {
        self.until(&format!("{script} to be {value}"), || (self.script(script) == *value).then_some(()));
    }

    /// Waits until something is there. The condition may be asked often.
    pub fn until<T>(&self, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = condition() {
                return found;
            }
            if start.elapsed() > PATIENCE {
                let path = self.picture_of_failure();
                panic!(
                    "waited {PATIENCE:?} in vain for {what}\n{}\npicture: {path}",
                    self.problems().join("\n")
                );
            }
            self.browser.wait(Duration::from_millis(40));
        }
    }

    /// Lets time pass: only for what nothing in the page tells the end of.
    pub fn pause(&self, time: Duration) {
        self.browser.wait(time);
    }

    /// Whether an element is there and visible now.
    pub fn is_visible(&self, selector: &str) -> bool {
        let element = self.find(selector);
        element.is_some_and(|element| {
            self.browser.try_run(async |_| element.is_displayed().await).unwrap_or(false)
        })
    }

    pub fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    /// The visible text of the first element, which is waited for.
    pub fn text(&self, selector: &str) -> String {
        let element = self.wait_for(selector);
        self.browser.run(selector, async |_| element.text().await)
    }

    /// The visible texts of all elements that are there now.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let elements = self.all(selector);
        elements.iter().filter_map(|one| self.browser.try_run(async |_| one.text().await).ok()).collect()
    }

    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let element = self.wait_for(selector);
        self.browser.run(selector, async |_| element.attr(name).await)
    }

    /// Clicks the middle of an element, which is waited for.
    pub fn click(&self, selector: &str) {
        // What has just moved or is covered for a moment is tried again, as a person would.
        self.until(&format!("{selector} to be clicked"), || {
            let element = self.find(selector)?;
            self.browser.try_run(async |_| element.click().await).ok()
        });
    }

    /// Focuses an element and types into it.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.wait_for(selector);
        self.browser.run(selector, async |_| element.send_keys(text).await);
    }

    /// Chooses a file in a file input, which may be hidden behind a button.
    pub fn choose_file(&self, selector: &str, path: &Path) {
        let element = self.until(selector, || self.find(selector));
        let path = path.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.browser.run(selector, async |_| element.send_keys(&path.display().to_string()).await);
    }

    /// Empties a field and types into it.
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.wait_for(selector);
        self.browser.run(selector, async |_| element.clear().await);
        self.type_into(selector, text);
    }

    /// Types to whatever has the focus.
    pub fn keys(&self, text: &str) {
        let actions = text.chars().fold(KeyActions::new("keys".into()), |actions, value| {
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.browser.run("keys", async |client| client.perform_actions(actions).await);
    }

    /// Presses a key, with others held: `page.press(&[Key::Control], 'z')`, `page.press(&[], Key::Escape.into())`.
    pub fn press(&self, held: &[Key], key: char) {
        let mut actions = KeyActions::new("keys".into());
        for held in held {
            actions = actions.then(KeyAction::Down { value: (*held).into() });
        }
        actions = actions.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        for held in held.iter().rev() {
            actions = actions.then(KeyAction::Up { value: (*held).into() });
        }
        self.browser.run("press", async |client| client.perform_actions(actions).await);
    }

    /// Drags with the mouse between two points of the window, in CSS pixels, in several small moves.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        let step = |part: f64| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(16)),
            x: from.0 + (to.0 - from.0) * part,
            y: from.1 + (to.1 - from.1) * part,
        };
        let mut actions = MouseActions::new("mouse".into())
            .then(step(0.0))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        for number in 1..=8 {
            actions = actions.then(step(f64::from(number) / 8.0));
        }
        let actions = Actions::from(actions.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT }));
        self.browser.run("drag", async |client| client.perform_actions(actions).await);
    }

    /// Moves the mouse to a point of the window, in CSS pixels, and leaves it there.
    pub fn hover(&self, (x, y): (f64, f64)) {
        let moves = [(x - 2.0, y - 2.0), (x, y)].map(|(x, y)| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(16)),
            x,
            y,
        });
        let actions =
            Actions::from(moves.into_iter().fold(MouseActions::new("mouse".into()), MouseActions::then));
        self.browser.run("hover", async |client| client.perform_actions(actions).await);
    }

    /// The middle of an element in the window, in CSS pixels.
    pub fn middle(&self, selector: &str) -> (f64, f64) {
        let element = self.wait_for(selector);
        let (x, y, width, height) = self.browser.run(selector, async |_| element.rectangle().await);
        (x + width / 2.0, y + height / 2.0)
    }

    /// Runs a script in the page: `"return document.title"`.
    pub fn script(&self, script: &str) -> Value {
        self.browser.run(script, async |client| client.execute(script, Vec::new()).await)
    }

    /// Runs a script that calls its last argument when it is done: `"arguments[0](1)"`.
    pub fn async_script(&self, script: &str) -> Value {
        self.browser.run(script, async |client| client.execute_async(script, Vec::new()).await)
    }

    /// Waits until fonts are loaded, animations have ended and two frames were drawn.
    pub fn settle(&self) {
        self.async_script(
            "const done = arguments[0];
            const finite = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime < 1e4);
            Promise.all([document.fonts.ready, ...finite.map((one) => one.finished.catch(() => null))])
                .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));",
        );
    }

    /// Writes a picture of the window as PNG.
    pub fn screenshot(&self, path: &Path) {
        let bytes = self.browser.run("screenshot", async |client| client.screenshot().await);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        }
        fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Every address that was requested since the browser started.
    pub fn requests(&self) -> Vec<String> {
        let mut requests = self.requests.borrow_mut();
        for entry in self.browser.log("performance") {
            let event: Value = entry["message"]
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default();
            let event = &event["message"];
            if event["method"] == "Network.requestWillBeSent" {
                requests.extend(event["params"]["request"]["url"].as_str().map(str::to_owned));
            }
        }
        requests.clone()
    }

    /// Requests to anywhere else than the site.
    pub fn foreign_requests(&self) -> Vec<String> {
        let own = format!("{}/", self.site.origin());
        let harmless = [own.as_str(), "data:", "blob:", "about:"];
        self.requests()
            .into_iter()
            .filter(|one| !harmless.iter().any(|start| one.starts_with(start)))
            .collect()
    }

    /// Errors in the browser's console since it started.
    pub fn console_errors(&self) -> Vec<String> {
        let mut errors = self.errors.borrow_mut();
        for entry in self.browser.log("browser") {
            if entry["level"] == "SEVERE" {
                errors.push(format!("console: {}", entry["message"].as_str().unwrap_or_default()));
            }
        }
        errors.clone()
    }

    /// What went wrong in the page that is open now: its console, uncaught errors, and what the content security policy
    /// forbade.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.console_errors();
        if let Value::Array(own) = self.script("return window.__problems ?? []") {
            problems.extend(own.iter().map(|one| one.as_str().unwrap_or_default().to_owned()));
        }
        problems
    }

    /// Asserts that nothing went wrong and that nothing was asked of another host.
    pub fn assert_clean(&self) {
        assert_eq!(self.problems(), Vec::<String>::new(), "the page has problems");
        assert_eq!(self.foreign_requests(), Vec::<String>::new(), "the page asks other hosts");
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.browser.try_run(async |client| client.find(Locator::Css(selector)).await).ok()
    }

    fn all(&self, selector: &str) -> Vec<Element> {
        let all: Result<_, CmdError> =
            self.browser.try_run(async |client| client.find_all(Locator::Css(selector)).await);
        all.unwrap_or_default()
    }

    fn picture_of_failure(&self) -> String {
        let name = std::thread::current().name().unwrap_or("page").replace("::", "-");
        let path = workspace().join("target/screenshots/failed").join(format!("{name}.png"));
        self.screenshot(&path);
        path.display().to_string()
    }
}
