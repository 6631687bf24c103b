(function() {
	// demos/chat/browser/page.ts
	function find(id, kind) {
		const element = document.getElementById(id);
		if (element instanceof kind) return element;
		throw new Error(`the page has no ${id}`);
	}
	const parameters = find("channel_api_params", HTMLElement);
	const center = find("center", HTMLElement);
	const text = find("text", HTMLInputElement);
	const send = find("send", HTMLButtonElement);
	const state = find("state", HTMLElement);
	const error = find("error", HTMLElement);
	const channelId = parameters.getAttribute("channel_id") ?? "";
	const nick = find("nick", HTMLInputElement).value;
	let socket;
	function showState(kind, words) {
		if (state.textContent === words) return;
		state.dataset.state = kind;
		state.textContent = words;
	}
	function tell(what) {
		return (cause) => {
			const isAway = cause instanceof TypeError;
			if (isAway && socket) showState("connecting", "Connecting");
			const why = isAway ? "the server cannot be reached; try again in a moment" : cause;
			error.textContent = `${what}: ${why instanceof Error ? why.message : why}.`;
		};
	}
	async function ask(path, form) {
		const body = form && new URLSearchParams(form);
		const answer = await fetch(path, body ? {
			method: "POST",
			body
		} : {});
		const json = await answer.json().catch(() => ({}));
		if (socket?.readyState === 1) showState("open", "Connected");
		if (answer.ok) return json;
		const { status } = answer;
		throw Object.assign(new Error(json.detail ?? `the server answered ${status}`), { status });
	}
	/** Enters again with the same nick, where the chat does not know this page any more; otherwise tells. */
	function enterAgain(what) {
		return (cause) => {
			if (cause.status !== 403) {
				tell(what)(cause);
				return;
			}
			const form = document.createElement("form");
			form.method = "post";
			form.action = "/chat/";
			form.hidden = true;
			const field = document.createElement("input");
			field.name = "nick";
			field.value = nick;
			form.append(field);
			document.body.append(form);
			form.submit();
		};
	}
	/** The markup comes from the server's template, which escapes what people wrote. */
	function append(html = "") {
		center.insertAdjacentHTML("beforeend", html);
		center.scrollTop = center.scrollHeight;
	}
	function open(token) {
		showState("connecting", "Connecting");
		const opened = new goog.appengine.Channel(token).open();
		socket = opened;
		opened.onopen = () => {
			showState("open", "Connected");
			error.textContent = "";
			catchUp();
		};
		opened.onmessage = ({ data }) => append(JSON.parse(data).html);
		opened.onerror = ({ code, description }) => {
			if (code === 401) renew();
			else tell("The channel is closed")(description);
		};
		opened.onclose = () => {
			if (socket === opened) showState("closed", "Disconnected");
		};
		opened.onreconnect = ({ resumed }) => {
			showState("open", "Connected");
			error.textContent = "";
			if (!resumed) catchUp();
		};
	}
	/** Shows the latest messages anew, for some may have been missed. */
	async function catchUp() {
		try {
			const { html = "" } = await ask(`/chat/messages?channel_id=${encodeURIComponent(channelId)}`);
			center.replaceChildren();
			append(html);
		} catch (cause) {
			enterAgain("Some messages may be missing")(cause);
		}
	}
	/** Goes on with a new token where the old one died. */
	async function renew() {
		try {
			const { chat_token: token = "" } = await ask("/chat/token", { channel_id: channelId });
			open(token);
		} catch (cause) {
			enterAgain("The channel is closed")(cause);
		}
	}
	async function say() {
		const value = text.value;
		if (value.trim() === "") return;
		try {
			await ask("/newMessage/", {
				text: value,
				nick,
				channel_id: channelId
			});
			error.textContent = "";
			if (text.value === value) text.value = "";
		} catch (cause) {
			tell("Your message was not sent")(cause);
		}
		text.focus();
	}
	send.addEventListener("click", () => void say());
	text.addEventListener("keydown", (event) => {
		if (event.key === "Enter" && !event.isComposing) say();
	});
	addEventListener("pagehide", () => socket?.close());
	addEventListener("pageshow", ({ persisted }) => {
		if (persisted) open(parameters.getAttribute("chat_token") ?? "");
	});
	setInterval(() => {
		if (socket?.readyState === 0) showState("connecting", "Connecting");
	}, 250);
	history.replaceState(null, "");
	open(parameters.getAttribute("chat_token") ?? "");
	center.scrollTop = center.scrollHeight;
	text.focus();
})();
