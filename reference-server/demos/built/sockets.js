(function() {
	// demos/sockets/browser/page.ts
	/** The page of the sockets: a plain WebSocket, and nothing of the protocol. */
	const mostLines = 200;
	const longestWaitMs = 3e4;
	/** The page was not let in, or has to go. */
	const finalCodes = [1e3, 4003];
	const finalStatuses = [
		400,
		403,
		413
	];
	/** What the person wants to be connected as; nothing after leaving. */
	let wish;
	let socket;
	let retry;
	/** Ends in a row that nobody wished for. */
	let losses = 0;
	function find(id) {
		const element = document.getElementById(id);
		if (element === null) throw new Error(`the page has no #${id}`);
		return element;
	}
	const text = find("text");
	const connectForm = find("connect");
	function showError(words) {
		find("error").textContent = words;
	}
	/** Shows the state, and lets the person do what can be done in it. */
	function showState(state, words) {
		find("state").dataset.state = state;
		find("state").textContent = words;
		for (const control of [text, find("send")]) control.disabled = state !== "open";
		find("leave").disabled = state === "closed";
		for (const control of connectForm.querySelectorAll("input, #enter")) control.disabled = state !== "closed";
	}
	function addLine(words) {
		const log = find("log");
		const line = document.createElement("p");
		line.textContent = words;
		log.append(line);
		if (log.childElementCount > mostLines) log.firstElementChild?.remove();
		log.scrollTop = log.scrollHeight;
	}
	function leave(why) {
		wish = void 0;
		clearTimeout(retry);
		socket?.close(1e3);
		showState("closed", "Not connected");
		showError(why);
	}
	/** Comes back by itself, later each time. */
	function tryLater(why) {
		showState("connecting", "Connecting again soon");
		showError(why);
		retry = setTimeout(connect, Math.min(longestWaitMs, 1e3 * 2 ** losses));
		losses += 1;
	}
	/** Asks the application where to connect, and connects there. */
	async function connect() {
		const wished = wish;
		if (wished === void 0) return;
		const answer = await fetch("/sockets/url", {
			method: "POST",
			body: wished
		}).catch(() => void 0);
		const said = await answer?.json().catch(() => ({}));
		if (wished !== wish) return;
		if (said?.url !== void 0) {
			open(said.url);
			return;
		}
		const why = `Not connected: ${said?.detail ?? "the application is away"}.`;
		if (losses === 0 && answer?.status === 409 || finalStatuses.includes(answer?.status ?? 0)) leave(why);
		else tryLater(why);
	}
	function open(url) {
		const opened = new WebSocket(url);
		socket = opened;
		opened.onopen = () => {
			showState("open", "Connected");
			showError("");
			if (losses === 0) text.focus();
		};
		opened.onmessage = ({ data }) => {
			losses = 0;
			addLine(data);
		};
		opened.onclose = ({ code, reason }) => {
			if (socket !== opened) return;
			socket = void 0;
			if (wish === void 0) return;
			const why = `The socket ended: ${reason || "the connection was lost"} (${code}).`;
			if (finalCodes.includes(code)) leave(why);
			else tryLater(why);
		};
	}
	connectForm.addEventListener("submit", (event) => {
		event.preventDefault();
		const form = [...new FormData(connectForm)].map(([name, value]) => [name, `${value}`]);
		wish = new URLSearchParams(form);
		losses = 0;
		showError("");
		showState("connecting", "Connecting");
		connect();
	});
	find("say").addEventListener("submit", (event) => {
		event.preventDefault();
		socket?.send(text.value);
		text.value = "";
	});
	find("leave").addEventListener("click", () => leave(""));
	showState("closed", "Not connected");
})();
