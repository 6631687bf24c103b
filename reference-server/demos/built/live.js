(function() {
	// demos/live/browser/bench.ts
	function find$1(id) {
		return document.getElementById(id) ?? void 0;
	}
	function make$1(name, className, ...children) {
		const element = document.createElement(name);
		element.className = className;
		element.append(...children);
		return element;
	}
	/** Text in which what stands between backquotes is code. */
	function markCode(text) {
		return text.split("`").map((part, n) => n % 2 === 1 ? make$1("code", "", part) : part);
	}
	function makeBadge(kind, text) {
		const badge = make$1("span", "badge", text);
		badge.dataset.kind = kind;
		return badge;
	}
	function makeOption(value, text) {
		const option = document.createElement("option");
		option.value = value;
		option.textContent = text;
		return option;
	}
	function describe(state) {
		if (state.phase === "idle") return [];
		const what = state.isHealthy ? `without ${state.fault}` : `with ${state.fault}`;
		if (state.phase === "running") return [make$1("p", "row", makeBadge("busy", "being judged"), `A service ${what}: ${state.step}.`)];
		if (state.phase === "failed") return [make$1("p", "row", makeBadge("busy", "no verdict"), `A service ${what}: ${state.why}.`)];
		const head = make$1("p", "row", makeBadge(state.verdict === "conformant" ? "ok" : "bad", state.verdict), `A service ${what}, by ${state.checks} checks in ${state.seconds} s.`);
		const clauses = state.broken.map(({ check, requirement, level, chapter, text, expected, got }) => {
			const link = document.createElement("a");
			link.href = `/spec/${chapter}#${requirement}`;
			link.append(make$1("code", "", requirement));
			return make$1("li", "broken", make$1("p", "", link, ` ${level}`), make$1("blockquote", "", ...markCode(text)), make$1("p", "", make$1("strong", "", "Expected: "), expected), make$1("p", "", make$1("strong", "", "Got: "), got), make$1("p", "muted", "Check ", make$1("code", "", check)));
		});
		return clauses.length === 0 ? [head] : [head, make$1("ul", "stack", ...clauses)];
	}
	/** Joins the panel to the page; nothing where the demo was started without it. */
	function joinBench() {
		const form = find$1("bench-form");
		const chapters = find$1("bench-chapter");
		const choice = find$1("bench-fault");
		const verdict = find$1("bench-verdict");
		const error = find$1("bench-error");
		if (!(form && chapters && choice && verdict && error)) return void 0;
		let faults = [];
		function list() {
			const own = faults.filter(({ chapter }) => chapter === chapters?.value);
			choice?.replaceChildren(...own.map(({ name, misdeed }) => makeOption(name, misdeed)));
		}
		async function load() {
			faults = (await (await fetch("/live/faults")).json()).faults;
			const names = [...new Set(faults.map(({ chapter }) => chapter))];
			chapters?.replaceChildren(...names.map((name) => makeOption(name, name)));
			list();
		}
		async function judge(healthy) {
			if (error) error.textContent = "";
			const body = new URLSearchParams({
				fault: choice?.value ?? "",
				healthy
			});
			const answer = await fetch("/live/break", {
				method: "POST",
				body
			});
			if (answer.ok) return;
			const problem = await answer.json();
			throw new Error(problem.detail ?? `status ${answer.status}`);
		}
		function tell(cause) {
			if (error) error.textContent = `That did not work: ${cause.message}`;
		}
		chapters.addEventListener("change", list);
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			const button = event.submitter;
			judge(button?.value ?? "no").catch(tell);
		});
		load().catch(tell);
		return { show(state) {
			verdict.replaceChildren(...describe(state));
			for (const button of form.querySelectorAll("button")) button.disabled = state.phase === "running";
		} };
	}
	// demos/live/kinds.ts
	/** The kinds of exchange that the live view shows; it alone knows between whom each is and which requirement it follows. */
	/** The three roles of the protocol, in the order of the lanes. */
	const LANES = [
		"client",
		"service",
		"application"
	];
	function kind(from, to, label, requirement) {
		return {
			from,
			to,
			label,
			requirement
		};
	}
	/** Every kind, by its name on the wire. */
	const KINDS = {
		login: kind("client", "application", "signs in", "application.login.answered"),
		value: kind("client", "application", "posts to the application", "application.post.answered"),
		call: kind("client", "application", "calls the application", "application.secret.hidden"),
		"token-call": kind("client", "application", "asks for a token", "client.token.callback"),
		token: kind("application", "service", "token minted", "token.mint.answer"),
		connect: kind("client", "service", "connects", "connection.upgrade.subprotocol"),
		refused: kind("service", "client", "refused", "connection.client.duty"),
		welcome: kind("service", "client", "welcome", "connection.welcome.first"),
		post: kind("application", "service", "message posted", "message.post.receipt"),
		message: kind("service", "client", "message", "message.post.deliver"),
		"broadcast-post": kind("application", "service", "broadcast posted", "broadcast.post.receipt"),
		broadcast: kind("service", "client", "broadcast", "broadcast.post.deliver"),
		heartbeat: kind("service", "client", "heartbeat", "connection.heartbeat.envelope"),
		reconnect: kind("service", "client", "asked to reconnect", "connection.drain.announced"),
		close: kind("service", "client", "closes", "connection.client.duty"),
		replaced: kind("service", "client", "closes the older one", "connection.takeover.close"),
		expired: kind("service", "client", "closes: token expired", "token.expiry.close"),
		disconnected: kind("service", "client", "closes as it was told", "control.disconnect.close"),
		draining: kind("service", "client", "closes: draining", "connection.drain.close"),
		closed: kind("client", "service", "closed its connection", "presence.closed.reported"),
		lost: kind("client", "service", "stayed away for the grace", "presence.grace.waited"),
		came: kind("service", "application", "connected webhook", "presence.connected.reported"),
		went: kind("service", "application", "disconnected webhook", "presence.lost.reported"),
		left: kind("service", "application", "disconnected webhook", "presence.closed.reported"),
		started: kind("service", "application", "started webhook", "presence.started.reported"),
		failed: kind("application", "service", "webhook not taken", "webhook.failure.retried"),
		"socket-url": kind("application", "service", "socket URL made", "socket.mint.answer"),
		"socket-open": kind("client", "service", "opens a socket", "socket.open.plain"),
		handshake: kind("service", "application", "handshake webhook", "socket.handshake.sent"),
		"socket-says": kind("client", "service", "text on a socket", "socket.message.order"),
		"socket-message": kind("service", "application", "message webhook", "socket.message.sent"),
		"socket-text": kind("service", "client", "text for a socket", "socket.send.deliver"),
		"socket-close": kind("service", "client", "closes a socket", "socket.handshake.refused"),
		"socket-closed": kind("service", "application", "closed webhook", "socket.closed.sent"),
		"socket-failed": kind("application", "service", "webhook not taken", "socket.message.unavailable")
	};
	// demos/live/browser/lanes.ts
	/** The lanes of the live view: it alone knows how an exchange is drawn, and how many stay. */
	const mostShown = 120;
	const svg = "http://www.w3.org/2000/svg";
	/** The middle of a lane, in per cent of the width. */
	function middleOf(lane) {
		return (LANES.indexOf(lane) * 2 + 1) * 100 / (LANES.length * 2);
	}
	function make(name, className, ...children) {
		const element = document.createElement(name);
		if (className !== "") element.className = className;
		element.append(...children);
		return element;
	}
	function drawArrow(from, to) {
		const drawing = document.createElementNS(svg, "svg");
		drawing.setAttribute("class", "arrow");
		drawing.setAttribute("aria-hidden", "true");
		const line = document.createElementNS(svg, "line");
		const places = {
			x1: middleOf(from),
			x2: middleOf(to),
			y1: 50,
			y2: 50
		};
		for (const [name, value] of Object.entries(places)) line.setAttribute(name, `${value}%`);
		line.setAttribute("pathLength", "1");
		line.setAttribute("marker-end", "url(#head)");
		drawing.append(line);
		return drawing;
	}
	function writeTime(atMs) {
		const at = new Date(atMs);
		const time = make("time", "", at.toLocaleTimeString(void 0, { hour12: false }));
		time.dateTime = at.toISOString();
		return time;
	}
	/** An id that breaks behind its dots where it is too long for a line. */
	function breakAtDots(id) {
		const [first = "", ...parts] = id.split(".");
		return [first, ...parts.flatMap((part) => [
			".",
			document.createElement("wbr"),
			part
		])];
	}
	function makeRow({ kind, atMs, who, note }) {
		const { from, to, label, requirement } = KINDS[kind];
		const link = make("a", "clause-link", ...breakAtDots(requirement));
		link.href = `/spec/${requirement.split(".", 1)[0]}#${requirement}`;
		const row = make("li", "exchange", make("p", "words", writeTime(atMs), " ", make("span", "visually-hidden", `${from} to ${to}: `), make("strong", "", label), ...who === void 0 ? [] : [" ", make("code", "", who)], ...note === void 0 ? [] : [" ", make("span", "muted", note)]), drawArrow(from, to), make("p", "clause", link));
		const span = [LANES.indexOf(from), LANES.indexOf(to)];
		row.dataset.between = String(Math.min(...span)) + String(Math.max(...span));
		return row;
	}
	/** Makes the lanes in a list that scrolls in `scroller`; the newest stays in sight unless the person scrolled away. */
	function makeLanes(list, scroller) {
		return {
			add(exchanges) {
				const shown = exchanges.filter(({ kind }) => Object.hasOwn(KINDS, kind));
				const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
				list.append(...shown.map(makeRow));
				while (list.childElementCount > mostShown) list.firstElementChild?.remove();
				if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
			},
			clear: () => list.replaceChildren(),
			count: () => list.childElementCount
		};
	}
	// demos/live/browser/page.ts
	const expired = 401;
	const againMs = 3e3;
	const lookMs = 500;
	function find(id) {
		const element = document.getElementById(id);
		if (element === null) throw new Error(`the page has no #${id}`);
		return element;
	}
	const state = find("state");
	const pause = find("pause");
	const heartbeats = find("heartbeats");
	const lanes = makeLanes(find("exchanges"), find("scroller"));
	const bench = joinBench();
	let socket;
	let waiting = [];
	let newest = 0;
	let missed = 0;
	function tell(connection, words) {
		state.dataset.state = connection;
		if (state.textContent !== words) state.textContent = words;
	}
	/** The script returns by itself and without a word; only the state of its socket tells. */
	function look() {
		if (socket?.readyState === 0) tell("connecting", "Connecting…");
		if (socket?.readyState === 1) tell("open", "Connected");
	}
	function isPaused() {
		return pause.getAttribute("aria-pressed") === "true";
	}
	function showCount() {
		const parts = [...isPaused() ? [`${waiting.length} waiting`] : [], ...missed > 0 ? [`${missed} left out, because there were too many at once`] : []];
		find("count").textContent = parts.join(", ");
		find("empty").hidden = lanes.count() > 0;
	}
	function take({ exchanges = [], skipped = 0, bench: told }) {
		missed += skipped;
		const wanted = exchanges.filter(({ kind, n }) => n > newest && (heartbeats.checked || kind !== "heartbeat"));
		newest = Math.max(newest, exchanges.at(-1)?.n ?? 0);
		if (isPaused()) waiting = [...waiting, ...wanted].slice(-500);
		else lanes.add(wanted);
		if (told) bench?.show(told);
		showCount();
	}
	function openLater() {
		setTimeout(() => void open(), againMs);
	}
	/** Opens a channel; where it ends by itself, another is opened with a token of its own. */
	async function open() {
		tell("connecting", "Connecting…");
		let token;
		try {
			const answer = await fetch("/live/token");
			const said = await answer.json().catch(() => ({}));
			if (said.token === void 0) throw new Error(said.detail ?? `status ${answer.status}`);
			token = said.token;
		} catch (cause) {
			tell("closed", `No token: ${cause instanceof TypeError ? "the demo does not answer" : cause.message}. Trying again…`);
			openLater();
			return;
		}
		let isFinal = false;
		socket = new goog.appengine.Channel(token).open({
			onopen: () => tell("open", "Connected"),
			onmessage: ({ data }) => take(JSON.parse(data)),
			onerror: ({ code, description }) => {
				isFinal = code !== expired;
				tell("closed", `Ended: ${description.replaceAll("+", " ")} (${code})`);
			},
			onclose: () => {
				if (!isFinal) openLater();
			}
		});
	}
	pause.addEventListener("click", () => {
		pause.setAttribute("aria-pressed", String(!isPaused()));
		if (!isPaused()) lanes.add(waiting.splice(0));
		showCount();
	});
	find("clear").addEventListener("click", () => {
		lanes.clear();
		waiting = [];
		missed = 0;
		showCount();
	});
	setInterval(look, lookMs);
	addEventListener("pagehide", ({ persisted }) => {
		if (!persisted) socket?.close();
	});
	open();
})();
