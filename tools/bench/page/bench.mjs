// Measures the engine's WebAssembly, and JavaScript peers where they are there, in the browser that opens this page.
// `cargo xtask bench` serves it, and reads what it posts: lines to show to /say, the results as JSON to /done.

const settings = await (await fetch("/settings.json")).json();

const say = (line) => fetch("/say", { method: "POST", body: line });
const text = async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return response.text();
};
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/** Equal JSON, whatever the order of members; numbers up to the last digits. */
function same(one, other) {
    if (typeof one === "number" && typeof other === "number") {
        return Math.abs(one - other) <= 1e-12 * Math.max(1, Math.abs(one), Math.abs(other));
    }
    if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return one === other;
    const names = Object.keys(one);
    return (
        Array.isArray(one) === Array.isArray(other) &&
        names.length === Object.keys(other).length &&
        names.every((name) => name in other && same(one[name], other[name]))
    );
}

/** Seconds of one run, the median of rounds; a round is long enough for the clock. `run(n)` runs n times. */
function measure(run) {
    let times = 1;
    for (;;) {
        const start = performance.now();
        run(times);
        const spent = performance.now() - start;
        if (spent > 10) break;
        times = Math.max(times + 1, Math.ceil((times * 12) / Math.max(spent, 0.5)));
    }
    const rounds = [];
    const end = performance.now() + settings.seconds * 1000;
    while (performance.now() < end || rounds.length < 5) {
        const start = performance.now();
        run(times);
        rounds.push((performance.now() - start) / 1000 / times);
    }
    return median(rounds);
}

/** As `measure`, for what answers with a promise. */
async function measureAsync(run) {
    const first = performance.now();
    await run();
    const once = performance.now() - first;
    const times = Math.max(1, Math.ceil(5 / Math.max(once, 0.05)));
    const rounds = [];
    const end = performance.now() + settings.seconds * 1000;
    while (performance.now() < end || rounds.length < 3) {
        const start = performance.now();
        for (let i = 0; i < times; i++) await run();
        rounds.push((performance.now() - start) / 1000 / times);
    }
    return median(rounds);
}

async function sharedWorkloads() {
    if (!settings.shared) return [];
    const manifest = JSON.parse(await text("/workloads/manifest.json"));
    return Promise.all(
        manifest.map(async (entry) => ({
            id: entry.id,
            transitions: entry.transitions,
            definition: await text(`/workloads/${entry.definition}`),
            input: await text(`/workloads/${entry.input}`),
            expected: await text(`/workloads/${entry.expected}`),
            mocks: entry.mocks ? await text(`/workloads/${entry.mocks}`) : "",
        })),
    );
}

/** One execution by aws-local-stepfunctions, its waits before retries left out. */
function peerRun(machine, workload) {
    const input = JSON.parse(workload.input);
    const scripts = Object.entries(workload.mocks ? JSON.parse(workload.mocks) : {});
    return async () => {
        const handlers = {};
        const pauses = {};
        for (const [state, script] of scripts) {
            let call = 0;
            pauses[state] = 0;
            handlers[state] = () => {
                const answer = script[Math.min(call++, script.length - 1)];
                if (answer.Throw) {
                    const error = new Error(answer.Throw.Cause);
                    error.name = answer.Throw.Error;
                    throw error;
                }
                return answer.Return;
            };
        }
        const overrides = { taskResourceLocalHandlers: handlers, retryIntervalOverrides: pauses };
        const execution = machine.run(input, { overrides });
        // The engine's runs keep their histories, so these do too.
        const history = [];
        for await (const event of execution.eventLogs) history.push(event);
        return execution.result;
    };
}

async function measurePeer(workloads) {
    const { StateMachine } = await import("/peers/aws-local-stepfunctions/build/main.browser.esm.js");
    const results = {};
    for (const workload of workloads) {
        try {
            const expected = JSON.parse(workload.expected);
            const run = peerRun(new StateMachine(JSON.parse(workload.definition)), workload);
            const output = await run();
            const right = same(output, expected) || same(output, expected?.output);
            // A wrong output is not worth a time.
            results[workload.id] = right ? { seconds: await measureAsync(run), right } : { right };
        } catch (error) {
            results[workload.id] = { right: false, error: String(error) };
        }
    }
    return results;
}

/** Expressions with npm's jsonata: each evaluation gets $states as a binding. */
async function measureJsonata(expressions, states) {
    await new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = "/peers/jsonata/jsonata.min.js";
        script.onload = resolve;
        script.onerror = () => reject(new Error("jsonata.min.js"));
        document.head.append(script);
    });
    const results = {};
    for (const { name, expression, result } of expressions) {
        const compiled = globalThis.jsonata(expression);
        const run = () => compiled.evaluate(undefined, { states });
        // Its arrays carry a member besides their items, which JSON does not have.
        const right = same(JSON.parse(JSON.stringify(await run())), JSON.parse(result));
        results[name] = { seconds: await measureAsync(run), right };
    }
    return results;
}

async function memory(catalog) {
    // An instance of its own: its memory has grown for nothing else.
    const fresh = await import("/wasm/bench.js?fresh");
    const instance = await fresh.default("/wasm/bench_bg.wasm");
    const workload = new fresh.Workload(catalog.endless, '{"n":0}', "", "");
    const before = instance.memory.buffer.byteLength;
    const kept = workload.hold();
    const bytes = instance.memory.buffer.byteLength;
    return { events: kept.events(), bytes, grown: bytes - before };
}

async function main() {
    const wasm = await import("/wasm/bench.js");
    await wasm.default("/wasm/bench_bg.wasm");
    const catalog = JSON.parse(wasm.catalog());
    const isWanted = (name) => settings.only.length === 0 || settings.only.includes(name);
    const workloads = [...(await sharedWorkloads()), ...catalog.workloads].filter(({ id }) => isWanted(id));
    const expressions = catalog.expressions.filter(({ name }) => isWanted(name));
    const results = { browser: navigator.userAgent.match(/Chrome\/[\d.]+/)?.[0] ?? navigator.userAgent };

    await say("workloads in WebAssembly");
    results.workloads = {};
    for (const { id, definition, input, expected, mocks, transitions } of workloads) {
        const workload = new wasm.Workload(definition, input, expected, mocks);
        const right = workload.check(transitions);
        results.workloads[id] = { seconds: measure((times) => workload.run(times)), right };
    }
    const express = new wasm.Workload(catalog.express, "{}", '{"x":1}', "").express();
    if (isWanted("EXPRESS")) results.express = { seconds: measure((times) => express.run(times)), right: express.check(3) };

    await say("expressions in WebAssembly");
    results.expressions = {};
    for (const entry of expressions) {
        const compiled = new wasm.Jsonata(entry.expression, JSON.stringify(catalog.states));
        entry.result = compiled.result();
        results.expressions[entry.name] = { seconds: measure((times) => compiled.run(times)), right: true };
    }
    results.memory = await memory(catalog);

    if (settings.peers) {
        await say("JavaScript peers");
        results.peer = await measurePeer(workloads);
        results.jsonata = await measureJsonata(expressions, catalog.states);
    }
    return results;
}

let answer;
try {
    answer = await main();
} catch (error) {
    answer = { error: `${error?.stack ?? error}` };
}
await fetch("/done", { method: "POST", body: JSON.stringify(answer) });
